"""The proofs in coq/ hold without axioms, and stop holding where the system is changed to be wrong."""

import pathlib
import shutil
import tempfile
import unittest

import model_stage

COQ = model_stage.MODELS / "coq"


class ProofsTest(unittest.TestCase):
    def test_every_theorem_is_proven_without_axioms(self):
        done = model_stage.run_script("check_coq.py")
        self.assertEqual(done.returncode, 0)
        for theorem in ["race_exists", "global_mutex_prevents_race", "per_stream_insufficient",
                        "per_operation_insufficient", "rwlock_insufficient"]:
            self.assertIn(f"{theorem}: Closed under the global context", done.stdout)
        self.assertIn("16 counterexamples of spin  followed", done.stdout)


class PlantedMistakesTest(unittest.TestCase):
    def check_planted(self, file, *replacements):
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            for theory in COQ.glob("*.v"):
                shutil.copy(theory, folder)
            for old, new in replacements:
                model_stage.plant(folder / file, folder / file, old, new)
            return model_stage.run_script("check_coq.py", "--folder", folder)

    def test_missing_lock_is_noticed(self):
        done = self.check_planted("System.v", ("| global => with_global s true", "| global => s"))
        self.assertEqual(done.returncode, 1)
        self.assertIn("not as claimed: Fixed.v is not accepted", done.stdout)

    def test_extra_lock_is_noticed(self):
        done = self.check_planted(
            "System.v",
            ("match l with global => negb (global_held s)", "match l with global | no_lock => negb (global_held s)"),
            ("| global => with_global s true", "| global | no_lock => with_global s true"),
            ("| global => with_global s false", "| global | no_lock => with_global s false"))
        self.assertEqual(done.returncode, 1)
        self.assertIn("not as claimed: Race.v is not accepted", done.stdout)

    def test_theorem_that_is_only_assumed_is_noticed(self):
        done = self.check_planted("Race.v", ("Proof. now apply (schedule_has_two_encoders _ _ both_checked 0). Qed.",
                                             "Proof. Admitted."))
        self.assertEqual(done.returncode, 1)
        self.assertIn("not as claimed: Race.v does not prove", done.stdout)


if __name__ == "__main__":
    model_stage.main("coqc")
