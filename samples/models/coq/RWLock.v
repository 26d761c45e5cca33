(** Under a reader-writer lock all are readers: each of the four crashes remains. *)

From Models Require Import System.
From Coq Require Import List.
Import ListNotations.

Theorem rwlock_insufficient : forall x n, 2 <= n -> can_crash rwlock (style_of x) n x.
Proof.
  intros [] n enough.
  - now apply (schedule_crashes _ _ (overtaken 1)).
  - now apply (schedule_crashes _ _ (overtaken 3)).
  - now apply (schedule_crashes _ _ (overtaken 4)).
  - now apply (schedule_crashes _ _ second_asked).
Qed.

Print Assumptions rwlock_insufficient.
