(** Without a lock the race exists, at each of the four sites. *)

From Models Require Import System.
From Coq Require Import List.
Import ListNotations.

Theorem race_exists : forall x n, 2 <= n -> can_crash no_lock (style_of x) n x.
Proof.
  intros [] n enough.
  - now apply (schedule_crashes _ _ (overtaken 1)).
  - now apply (schedule_crashes _ _ (overtaken 3)).
  - now apply (schedule_crashes _ _ (overtaken 4)).
  - now apply (schedule_crashes _ _ second_asked).
Qed.

(** The driver's check does not notice all of it: both threads may look before either has marked. *)
Theorem two_encoders_exist : forall n, 2 <= n -> can_have_two_encoders no_lock shared n.
Proof. now apply (schedule_has_two_encoders _ _ both_checked 0). Qed.

Print Assumptions race_exists.
Print Assumptions two_encoders_exist.
