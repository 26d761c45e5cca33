(** One mutex from the encoder's creation to its end: no crash and no second encoder, with any number of
    threads, in both styles. *)

From Models Require Import System.
From Coq Require Import Arith Bool List Lia.

(** What holds of the context and the command buffer of the thread that is inside, by the step it makes next. *)
Definition inside (s : state) (c b : nat) (n : step) : Prop :=
  match n with
  | lock => False
  | check | mark => callers s c = 0 /\ encoding s b = false /\ encoders s b = 0
  | set_impl => callers s c = 0 /\ encoding s b = true /\ encoders s b = 1
  | enter_pipeline | enter_dispatch | clear_impl =>
      impl s c = true /\ callers s c = 0 /\ encoding s b = true /\ encoders s b = 1
  | use_pipeline | use_prepare | use_spill =>
      impl s c = true /\ callers s c = 1 /\ encoding s b = true /\ encoders s b = 1
  | unmark => callers s c = 0 /\ encoding s b = true /\ encoders s b = 1
  | unlock => callers s c = 0 /\ encoding s b = false /\ encoders s b = 0
  end.

(** Nobody is inside of a call on a context, and nobody encodes to a buffer, but for those of `t`. *)
Definition others_rest (y : style) (s : state) (t : nat) : Prop :=
  (forall u, u <> t -> next s u = lock) /\
  (forall c, c <> context_of y t -> callers s c = 0) /\
  (forall b, b <> buffer_of y t -> encoding s b = false /\ encoders s b = 0).

Definition all_rest (s : state) : Prop :=
  (forall u, next s u = lock) /\ (forall c, callers s c = 0) /\
  (forall b, encoding s b = false /\ encoders s b = 0).

Definition invariant (y : style) (s : state) : Prop :=
  crashed s = None /\
  if global_held s
  then exists t, others_rest y s t /\ inside s (context_of y t) (buffer_of y t) (next s t)
  else all_rest s.

Lemma set_same {A} (f : nat -> A) i v : set f i v i = v.
Proof. unfold set. now rewrite Nat.eqb_refl. Qed.

Lemma set_other {A} (f : nat -> A) i v j : j <> i -> set f i v j = f j.
Proof. unfold set. intros other. now apply Nat.eqb_neq in other as ->. Qed.

Ltac settle :=
  repeat (rewrite set_same in * || (rewrite set_other in * by assumption)).

Lemma invariant_at_start y : invariant y initial.
Proof. repeat split. Qed.

(** Who steps while the mutex is held is who holds it: all others stand before it. *)
Lemma invariant_kept y s t s' : invariant y s -> move global y s t = Some s' -> invariant y s'.
Proof.
  intros [alive held] moved. unfold move in moved. rewrite alive in moved.
  unfold invariant. destruct (global_held s) eqn:mutex.
  - destruct held as (h & (stand & calls & buffers) & here).
    destruct (Nat.eq_dec t h) as [->|apart].
    2: { rewrite (stand t apart) in moved. simpl in moved. rewrite mutex in moved. discriminate. }
    destruct (next s h) eqn:at_step; simpl in here; try contradiction;
      repeat match goal with H : _ /\ _ |- _ => destruct H end;
      repeat match goal with
             | H : impl s _ = true |- _ => rewrite H in moved
             | H : encoding s _ = _ |- _ => rewrite H in moved
             | H : encoders s _ = _ |- _ => rewrite H in moved
             end;
      simpl in moved; unfold when, enter, leave in moved;
      repeat match type of moved with
             | context [if ?condition then _ else _] => destruct condition; try discriminate
             end;
      inversion moved; subst s'; clear moved; simpl; rewrite ?mutex, ?alive; split; trivial;
      try (exists h; unfold others_rest; simpl; rewrite !set_same; simpl; rewrite ?set_same;
           repeat split; intros; settle; simpl; auto; try (apply buffers; assumption);
           try congruence; lia).
    (* unlock: now all rest *)
    unfold all_rest; simpl. repeat split.
    + intros u. destruct (Nat.eq_dec u h) as [->|]; settle; auto.
    + intros c. destruct (Nat.eq_dec c (context_of y h)) as [->|]; auto.
    + destruct (Nat.eq_dec b (buffer_of y h)) as [->|]; auto. now apply buffers.
    + destruct (Nat.eq_dec b (buffer_of y h)) as [->|]; auto. now apply buffers.
  - destruct held as (stand & calls & buffers).
    rewrite stand in moved. simpl in moved. rewrite mutex in moved. simpl in moved.
    inversion moved; subst s'; clear moved; simpl. split; trivial.
    exists t. unfold others_rest; simpl. rewrite set_same. simpl.
    repeat split; intros; settle; auto; apply buffers.
Qed.

Lemma invariant_holds y n s : reachable global y n s -> invariant y s.
Proof.
  induction 1 as [|s t s' _ kept _ moved].
  - apply invariant_at_start.
  - now apply (invariant_kept y s t).
Qed.

Theorem global_mutex_prevents_race : forall y n,
  (forall x, ~ can_crash global y n x) /\ ~ can_have_two_encoders global y n.
Proof.
  intros y n. split.
  - intros x (s & reached & crash_there). apply invariant_holds in reached as [alive _]. congruence.
  - intros (s & b & reached & two). apply invariant_holds in reached as [_ held].
    destruct (global_held s).
    + destruct held as (t & (_ & _ & buffers) & here).
      destruct (Nat.eq_dec b (buffer_of y t)) as [->|other].
      * destruct (next s t); simpl in here; lia.
      * destruct (buffers b other). lia.
    + destruct held as (_ & _ & buffers). destruct (buffers b). lia.
Qed.

Print Assumptions global_mutex_prevents_race.
