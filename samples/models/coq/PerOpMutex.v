(** A mutex per kind of call lets another kind run meanwhile: each of the four crashes remains. *)

From Models Require Import System.
From Coq Require Import List.
Import ListNotations.

Theorem per_operation_insufficient : forall x n, 2 <= n -> can_crash per_op (style_of x) n x.
Proof.
  intros [] n enough.
  - now apply (schedule_crashes _ _ (overtaken 1)).
  - now apply (schedule_crashes _ _ (overtaken 3)).
  - now apply (schedule_crashes _ _ (overtaken 4)).
  - now apply (schedule_crashes _ _ second_asked).
Qed.

Print Assumptions per_operation_insufficient.
