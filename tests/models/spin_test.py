"""agx_sim.pml does what predictions.csv says, and the check notices a model that is wrong."""

import pathlib
import sys
import tempfile
import unittest

import model_stage

sys.path.insert(0, str(model_stage.MODELS))
import check_spin  # noqa: E402 (found only by the line above)

MODEL = model_stage.MODELS / "agx_sim.pml"


class PredictionsTest(unittest.TestCase):
    def test_every_search_with_two_to_four_threads_ends_as_predicted(self):
        done = model_stage.run_script("check_spin.py", "--threads", "2,3,4", "--tables")
        self.assertEqual(done.returncode, 0)
        self.assertIn("150 searches", done.stdout)
        self.assertIn("0 not as predicted", done.stdout)

    def test_one_thread_never_crashes_whatever_the_lock(self):
        for style in check_spin.STYLES:
            for lock in check_spin.LOCKS:
                search = check_spin.Search(MODEL, 1, lock, style, "any")
                print(search.line())
                self.assertEqual(search.verdict, "unreachable")


class PlantedMistakesTest(unittest.TestCase):
    def check_planted(self, old, new, lock):
        with tempfile.TemporaryDirectory() as folder:
            planted = pathlib.Path(folder) / "planted.pml"
            model_stage.plant(MODEL, planted, old, new)
            return model_stage.run_script("check_spin.py", "--model", planted, "--threads", "2", "--lock", lock)

    def test_missing_lock_is_noticed(self):
        done = self.check_planted("#define TAKE_SESSION global_held = true", "#define TAKE_SESSION skip", "global")
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stdout, r"not as predicted: 2 threads +per-thread +global +pipeline +reachable")
        self.assertRegex(done.stdout, r"not as predicted: 2 threads +shared +global +assertion +reachable")

    def test_extra_lock_is_noticed(self):
        done = self.check_planted("#if LOCK == GLOBAL", "#if LOCK == GLOBAL || LOCK == NONE", "none")
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stdout, r"not as predicted: 2 threads +per-thread +none +pipeline +unreachable")

    def test_lock_that_is_never_given_back_is_noticed(self):
        done = self.check_planted("#define GIVE_SESSION global_held = false", "#define GIVE_SESSION skip", "global")
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stdout, r"not as predicted: 2 threads +per-thread +global +pipeline +deadlock")


class BoundsTest(unittest.TestCase):
    def test_search_that_was_cut_is_never_called_complete(self):
        complete = check_spin.Search(MODEL, 2, "global", "shared", "assertion").output
        self.assertEqual(check_spin.judge(complete, "assertion", None), "unreachable")
        for sign in ["error: max search depth too small", "pan: out of memory", "Warning: Search not completed",
                     "Bit statespace search for:"]:
            self.assertEqual(check_spin.judge(sign + "\n" + complete, "assertion", None), "cut", sign)
        self.assertEqual(check_spin.judge("", "assertion", None), "cut")


if __name__ == "__main__":
    model_stage.main("spin", "gcc")
