"""The Python workloads without their frameworks: arguments, what they print, how they end.

torch and MLX are stood in for by fakes/; nothing here says anything about the real ones.
"""

import itertools
import json
import os
import pathlib
import py_compile
import re
import subprocess
import sys
import tempfile
import unittest

try:
    import tomllib
except ImportError:  # Before Python 3.11.
    tomllib = None

HERE = pathlib.Path(__file__).resolve().parent
FOLDER = HERE.parent.parent / "samples" / "python"
WORKLOADS = ["torch_linear.py", "torch_products.py", "mlx_products.py", "torch_throughput.py"]


def run(script, *arguments, fakes=True, **environment):
    env = {name: value for name, value in os.environ.items() if not name.startswith(("FAKE_", "PYTHON"))}
    env.update(environment)
    if fakes:
        env["PYTHONPATH"] = str(HERE / "fakes")
    # -S: a framework that is installed here must not be found in the tests of its absence.
    command = [sys.executable, "-B", "-S", str(FOLDER / script), *arguments]
    return subprocess.run(command, env=env, capture_output=True, text=True, timeout=60, check=False)


def told(process):
    """The JSON lines of ours, in order."""
    lines = [line for line in process.stdout.splitlines() if line.startswith("{")]
    return [json.loads(line)["faultline"] for line in lines]


def metric(process, name):
    return [line["value"] for line in told(process) if line.get("metric") == name]


class ArgumentsTest(unittest.TestCase):
    def test_all_workloads_are_tested(self):
        there = {path.name for path in FOLDER.glob("*.py")} - {"workload_lines.py"}
        self.assertEqual(there, set(WORKLOADS))

    def test_every_file_compiles(self):
        for path in FOLDER.glob("*.py"):
            with tempfile.TemporaryDirectory() as folder:
                py_compile.compile(str(path), cfile=os.path.join(folder, "out.pyc"), doraise=True)

    def test_first_line_is_a_command_that_is_understood(self):
        for script in WORKLOADS:
            with self.subTest(script):
                words = (FOLDER / script).read_text(encoding="utf-8").splitlines()[0].split()
                self.assertEqual(words[:3], ["#", "python3", f"samples/python/{script}"])
                self.assertEqual(run(script, *words[3:], "--check-arguments", fakes=False).returncode, 0)

    def test_help_works_without_any_framework(self):
        for script in WORKLOADS:
            with self.subTest(script):
                process = run(script, "--help", fakes=False)
                self.assertEqual(process.returncode, 0, process.stderr)
                self.assertIn("--threads", process.stdout)

    def test_check_arguments_says_what_was_understood(self):
        process = run("torch_linear.py", "--threads", "3", "--lock", "global", "--check-arguments", fakes=False)
        self.assertEqual(process.returncode, 0, process.stderr)
        expected = {"batch": 1, "calls": "direct", "features": 512, "framework_mutex": "on", "lock": "global", "ops": 50,
                    "sync": "device", "threads": 3}
        self.assertEqual(json.loads(process.stdout), expected)

    def test_wrong_arguments_end_with_status_2(self):
        wrong = [["--threads", "0"], ["--threads", "8x"], ["--lock", "magic"], ["--colour", "red"], ["--thr", "2"]]
        for script in WORKLOADS:
            for arguments in wrong:
                with self.subTest(script=script, arguments=arguments):
                    process = run(script, *arguments)
                    self.assertEqual(process.returncode, 2)
                    self.assertIn("usage:", process.stderr)
                    self.assertEqual(process.stdout, "")

    def test_missing_framework_ends_with_status_3(self):
        for script in WORKLOADS:
            with self.subTest(script):
                process = run(script, fakes=False)
                self.assertEqual(process.returncode, 3, process.stderr)
                self.assertIn("this workload needs", process.stderr)
                self.assertNotIn("complete", process.stdout)

    def test_missing_gpu_ends_with_status_3(self):
        for script in WORKLOADS:
            with self.subTest(script):
                self.assertEqual(run(script, FAKE_METAL="no").returncode, 3)


@unittest.skipIf(tomllib is None, "reads TOML by Python 3.11's own module")
class CampaignsTest(unittest.TestCase):
    """Every command of the campaigns is one that its workload understands."""

    @staticmethod
    def commands():
        """(campaign, program or script, arguments) of every cell."""
        for path in sorted((FOLDER.parent / "campaigns").glob("seeds-*.toml")):
            for workload in tomllib.loads(path.read_text(encoding="utf-8"))["workload"]:
                names = list(workload.get("matrix", {}))
                for values in itertools.product(*workload.get("matrix", {}).values()):
                    replaced = dict(zip(names, map(str, values)))
                    words = [re.sub(r"\{(\w+)\}", lambda m: replaced.get(m[1], m[0]), w) for w in workload["command"]]
                    if pathlib.Path(words[0]).name == "python3":
                        words = words[1:]
                    yield path.name, pathlib.Path(words[0]).name, words[1:]

    def test_python_workloads_understand_their_cells(self):
        tried = {(script, *arguments) for _, script, arguments in self.commands() if script.endswith(".py")}
        self.assertGreater(len(tried), 20)
        for script, *arguments in tried:
            with self.subTest(script=script, arguments=arguments):
                process = run(script, *arguments, "--check-arguments", fakes=False)
                self.assertEqual(process.returncode, 0, process.stderr)

    def test_metal_workloads_know_the_settings_and_words_of_their_cells(self):
        tried = [command for command in self.commands() if not command[1].endswith(".py")]
        self.assertGreater(len(tried), 20)
        for campaign, program, arguments in tried:
            with self.subTest(campaign=campaign, program=program, arguments=arguments):
                (source,) = (FOLDER.parent / "metal").glob(program + ".m*")
                text = source.read_text(encoding="utf-8")
                for name, value in zip(arguments[::2], arguments[1::2]):
                    self.assertIn(f'{{"{name}", ', text)
                    if not value.isdigit():
                        self.assertRegex(text, rf'k\w+\[\] = \{{[^}}]*"{value}"')

    def test_metal_workloads_begin_with_the_line_that_builds_them(self):
        for source in (FOLDER.parent / "metal").glob("*.m*"):
            with self.subTest(source.name):
                line = source.read_text(encoding="utf-8").splitlines()[0]
                compiler = "clang++ -std=c++17" if source.suffix == ".mm" else "clang"
                self.assertTrue(line.startswith(f"// {compiler} -fobjc-arc -O2 -g -framework Foundation "), line)
                self.assertTrue(line.endswith(f" -o build/release/samples/{source.stem} samples/metal/{source.name}"))
                for framework in re.findall(r"#import <(\w+)/", source.read_text(encoding="utf-8")):
                    self.assertIn(f"-framework {framework} ", line)


class RunTest(unittest.TestCase):
    quick = {
        "torch_linear.py": ["--threads", "4", "--ops", "3"],
        "mlx_products.py": ["--threads", "4", "--ops", "3", "--size", "8"],
        "torch_products.py": ["--threads", "4", "--ops", "3", "--size", "8"],
        "torch_throughput.py": ["--threads", "4", "--seconds", "1", "--batch", "16"],
    }

    def test_run_tells_phases_and_throughput_and_completes(self):
        for script, arguments in self.quick.items():
            for lock in ["none", "global"]:
                with self.subTest(script=script, lock=lock):
                    process = run(script, *arguments, "--lock", lock)
                    self.assertEqual(process.returncode, 0, process.stderr)
                    self.assertEqual(process.stdout.splitlines()[-1], "complete")
                    phases = [line["phase"] for line in told(process) if "phase" in line]
                    self.assertEqual((phases[0], phases[-1]), ("setup", "done"))
                    self.assertEqual(len(metric(process, "ops_per_second")), 1)
                    self.assertGreater(metric(process, "ops_per_second")[0], 0)
                    self.assertTrue(process.stdout.splitlines()[1].startswith("device "))

    def test_throughput_counts_samples_by_batch(self):
        process = run("torch_throughput.py", *self.quick["torch_throughput.py"])
        calls, samples = metric(process, "ops_per_second")[0], metric(process, "samples_per_second")[0]
        self.assertEqual(samples, 16 * calls)

    def test_right_results_are_counted(self):
        for script in ["torch_linear.py", "torch_products.py", "mlx_products.py"]:
            with self.subTest(script):
                self.assertIn({"ok": 4, "of": 4}, told(run(script, *self.quick[script])))

    def test_wrong_results_are_told(self):
        for script in ["torch_linear.py", "torch_products.py", "mlx_products.py"]:
            with self.subTest(script):
                process = run(script, *self.quick[script], FAKE_MISTAKE="wrong")
                self.assertIn({"ok": 0, "of": 4}, told(process))

    def test_exception_in_a_thread_is_no_success(self):
        for script, arguments in self.quick.items():
            with self.subTest(script):
                process = run(script, *arguments, FAKE_MISTAKE="raise")
                self.assertEqual(process.returncode, 1)
                self.assertIn("no such kernel", process.stderr)
                self.assertNotIn("complete", process.stdout)

    def test_event_sync_waits_for_events(self):
        arguments = self.quick["torch_linear.py"]
        by_event = run("torch_linear.py", *arguments, "--sync", "event")
        by_device = run("torch_linear.py", *arguments, "--sync", "device")
        self.assertEqual(by_event.stdout.count("event recorded"), 12)
        self.assertNotIn("event recorded", by_device.stdout)


    def test_one_worker_calls_for_all_threads_and_each_gets_its_own_result(self):
        arguments = ["--threads", "4", "--ops", "30", "--calls", "worker"]
        process = run("torch_linear.py", *arguments)
        self.assertEqual(process.returncode, 0, process.stderr)
        self.assertIn({"ok": 4, "of": 4}, told(process))
        self.assertEqual(run("torch_linear.py", *arguments, FAKE_MISTAKE="raise").returncode, 1)
        named = run("torch_linear.py", *arguments, FAKE_TELL="callers")
        self.assertEqual({line for line in named.stdout.splitlines() if line.startswith("called by ")},
                         {"called by gpu-worker"})

    def test_framework_mutex_is_taken_away_before_the_framework_is_there(self):
        off = run("torch_linear.py", "--threads", "1", "--framework-mutex", "off", FAKE_TELL="mutex")
        on = run("torch_linear.py", "--threads", "1", FAKE_TELL="mutex")
        self.assertIn("mutex disabled: 1", off.stdout)
        self.assertIn("mutex disabled: None", on.stdout)

    def test_own_streams_are_one_a_thread(self):
        own = run("mlx_products.py", *self.quick["mlx_products.py"], "--streams", "own")
        self.assertEqual(own.returncode, 0, own.stderr)
        self.assertEqual(own.stdout.count("new stream"), 4)
        self.assertNotIn("new stream", run("mlx_products.py", *self.quick["mlx_products.py"]).stdout)


class EnvironmentsTest(unittest.TestCase):
    def test_says_its_usage_and_refuses_other_packages(self):
        script = str(FOLDER / "environments.sh")
        nothing = subprocess.run(["sh", script], capture_output=True, text=True, check=False)
        other = subprocess.run(["sh", script, "numpy-1.0"], capture_output=True, text=True, check=False)
        self.assertEqual((nothing.returncode, other.returncode), (2, 2))
        self.assertIn("usage: samples/python/environments.sh", nothing.stderr)
        self.assertIn("numpy-1.0", other.stderr)


if __name__ == "__main__":
    unittest.main()
