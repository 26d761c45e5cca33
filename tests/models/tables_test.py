"""The tables that are made of counterexamples and of measured rates, without any tool."""

import json
import re
import sys
import unittest

import model_stage

sys.path.insert(0, str(model_stage.MODELS))
import trail  # noqa: E402 (found only by the line above)

# What `spin -t` prints for a trail, shortened in its end.
SPIN_OUTPUT = """\
      step 0 lock
      step 0 check
      step 0 mark
          step 1 lock
          step 1 check
spin: agx_sim.pml:102, Error: assertion violated
#processes: 2
  5:\tproc  1 (thread:1) agx_sim.pml:102 (state 11)
"""


class TrailTest(unittest.TestCase):
    def test_schedule_holds_settings_steps_and_where_it_ends(self):
        done = model_stage.run_script("trail.py", "--threads", 2, "--lock", "none", "--style", "shared",
                                      text=SPIN_OUTPUT)
        self.assertEqual(done.returncode, 0)
        self.assertEqual(done.stdout.splitlines(), [
            "# Ends with: SIGABRT, 'A command encoder is already encoding to this command buffer'",
            "--threads 2 --lock none --style shared", "0 lock", "0 check", "0 mark", "1 lock", "1 check"])

    def test_table_has_a_column_per_thread_and_ends_with_the_site(self):
        done = model_stage.run_script("trail.py", "--threads", 2, "--format", "table", text=SPIN_OUTPUT)
        lines = done.stdout.splitlines()
        self.assertEqual(lines[0], "| step | thread 0 | thread 1 | what it does |")
        self.assertEqual(lines[2], "| 1 | `lock` |  | takes what the strategy locks per session |")
        self.assertIn("| 5 |  | `check` |", lines[-1])
        self.assertIn("SIGABRT", lines[-1])

    def test_schedule_is_read_like_a_trail(self):
        files = sorted((model_stage.MODELS / "schedules").glob("*.schedule"))
        self.assertEqual(len(files), 16)
        for file in files:
            text = file.read_text(encoding="utf-8")
            settings = trail.read_settings(text)
            written = trail.schedule(trail.read_steps(text), settings["threads"], settings["lock"], settings["style"])
            self.assertEqual(written, text, file.name)
            self.assertEqual(file.stem, f"{settings['lock']}-{trail.site_of(trail.read_steps(text))}")

    def test_text_without_steps_is_an_error(self):
        done = model_stage.run_script("trail.py", text="spin: cannot find trail file\n")
        self.assertEqual(done.returncode, 1)
        self.assertEqual(done.stdout, "")


def measured(lock, counted, workload="agx-sim-per-thread"):
    return {"workload": workload, "lock": lock, "trials": 50, "counted": counted, "rate": counted / 50, "low": 0.4125,
            "high": 0.7001}


class CompareTest(unittest.TestCase):
    def compare(self, *rows, arguments=()):
        rates = {"level": 0.95, "method": "clopper-pearson", "rows": rows}
        return model_stage.run_script("compare.py", *arguments, text=json.dumps(rates))

    def test_measured_crash_that_was_predicted_is_consistent(self):
        done = self.compare(measured("none", 28))
        self.assertEqual(done.returncode, 0)
        self.assertIn("| 95 % interval (clopper-pearson) |", done.stdout)
        self.assertEqual(done.stdout.splitlines()[-1],
                         "| per-thread | none | possible: pipeline in 16 steps, prepare in 18 steps, spill in 19 steps "
                         "| 28 of 50 | [41 %, 71 %] | consistent |")

    def test_crash_that_cannot_happen_contradicts_the_models(self):
        done = self.compare(measured("none", 28), measured("global", 1))
        self.assertEqual(done.returncode, 1)
        self.assertIn("| impossible | 1 of 50 |", done.stdout)
        self.assertIn("**contradicted**", done.stdout)

    def test_crash_that_is_possible_need_not_be_seen(self):
        done = self.compare(measured("rwlock", 0), measured("global", 0))
        self.assertEqual(done.returncode, 0)
        self.assertRegex(done.stdout, r"rwlock .* possible, not seen")
        self.assertRegex(done.stdout, r"global .* consistent")

    def test_one_site_is_compared_with_the_prediction_for_it(self):
        done = self.compare(measured("none", 1, "agx-sim-shared"), arguments=["--site", "pipeline"])
        self.assertEqual(done.returncode, 1)
        self.assertIn("**contradicted**", done.stdout)

    def test_rows_without_a_prediction_are_refused(self):
        self.assertEqual(self.compare(measured("spinlock", 1)).returncode, 2)
        self.assertEqual(self.compare().returncode, 2)


class CorrespondenceTest(unittest.TestCase):
    """What the page sets side by side is what stands in the three files."""

    def test_every_quoted_fragment_stands_in_its_file(self):
        def words(*files):
            return " ".join(" ".join(file.read_text(encoding="utf-8") for file in files).split())

        program = model_stage.MODELS.parent / "workloads" / "agx_sim"
        texts = [words(*sorted(program.glob("*.cpp")), *sorted(program.glob("*.h"))),
                 words(model_stage.MODELS / "agx_sim.pml"), words(model_stage.MODELS / "coq" / "System.v")]
        page = (model_stage.MODELS / "correspondence.md").read_text(encoding="utf-8")
        rows = [line.strip("|").split("|") for line in page.splitlines() if line.startswith("| ")]
        fragments = 0
        for row in rows:
            self.assertEqual(len(row), 4, row)
            for text, cell in zip(texts, row[1:]):
                for fragment in re.findall(r"`([^`]+)`", cell):
                    self.assertIn(fragment, text)
                    fragments += 1
        self.assertGreater(fragments, 80)

    def test_steps_have_one_name_in_all_three(self):
        coq = (model_stage.MODELS / "coq" / "System.v").read_text(encoding="utf-8")
        promela = (model_stage.MODELS / "agx_sim.pml").read_text(encoding="utf-8")
        program = (model_stage.MODELS.parent / "workloads" / "agx_sim" / "replay.cpp").read_text(encoding="utf-8")
        self.assertEqual(re.findall(r"\w+", re.search(r"Inductive step :=(.*?)\.", coq, re.DOTALL)[1]),
                         list(trail.STEPS))
        self.assertEqual(re.findall(r"\w+", re.search(r"mtype = \{(.*?)\}", promela, re.DOTALL)[1]),
                         list(trail.STEPS))
        self.assertEqual(re.findall(r'\{"(\w+)", Step::\w+\}', program), list(trail.STEPS))


if __name__ == "__main__":
    model_stage.main()
