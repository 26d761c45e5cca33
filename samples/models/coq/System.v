(** The system of agx_sim for any number of threads: the same steps as ../agx_sim.pml, in the same order.
    ../correspondence.md sets each of them beside the C++ code and beside the Promela text. *)

From Coq Require Import Arith Bool List Lia.
Import ListNotations.

(** ** What is chosen before the threads start *)

Inductive strategy := no_lock | per_op | per_stream | rwlock | global.
Inductive style := per_thread | shared.

(** ** What a step is, and where a process can crash *)

Inductive step :=
  | lock | check | mark | set_impl | enter_pipeline | use_pipeline
  | enter_dispatch | use_prepare | use_spill | clear_impl | unmark | unlock.

Inductive site := at_pipeline | at_prepare | at_spill | at_assertion.

Inductive call := begin_call | pipeline_call | dispatch_call | end_call.

Definition call_index (c : call) : nat :=
  match c with begin_call => 0 | pipeline_call => 1 | dispatch_call => 2 | end_call => 3 end.

(** ** The state *)

Record state := State {
  next : nat -> step;          (* Per thread: the step that it makes next. *)
  impl : nat -> bool;          (* Per context: `impl` points to its state, that is, is not NULL. *)
  callers : nat -> nat;        (* Per context: threads that are inside of a call on it. *)
  encoding : nat -> bool;      (* Per buffer: the mark that the driver checks. *)
  encoders : nat -> nat;       (* Per buffer: encoders that are open on it. No thread reads this. *)
  call_held : nat -> bool;     (* The mutex of each kind of call. *)
  stream : nat -> bool;        (* The mutex of each thread. *)
  readers : nat;               (* Who holds the reader-writer lock as a reader. *)
  global_held : bool;          (* The one mutex. *)
  crashed : option site        (* The site at which the process crashed. *)
}.

Definition initial : state :=
  State (fun _ => lock) (fun _ => false) (fun _ => 0) (fun _ => false) (fun _ => 0)
        (fun _ => false) (fun _ => false) 0 false None.

(** [set f i v] is [f] with the value [v] at [i]. *)
Definition set {A} (f : nat -> A) (i : nat) (v : A) : nat -> A :=
  fun j => if Nat.eqb j i then v else f j.

Definition with_next (s : state) t n :=
  State (set (next s) t n) (impl s) (callers s) (encoding s) (encoders s) (call_held s) (stream s) (readers s)
        (global_held s) (crashed s).
Definition with_impl (s : state) c v :=
  State (next s) (set (impl s) c v) (callers s) (encoding s) (encoders s) (call_held s) (stream s) (readers s)
        (global_held s) (crashed s).
Definition with_callers (s : state) c v :=
  State (next s) (impl s) (set (callers s) c v) (encoding s) (encoders s) (call_held s) (stream s) (readers s)
        (global_held s) (crashed s).
Definition with_encoding (s : state) b v n :=
  State (next s) (impl s) (callers s) (set (encoding s) b v) (set (encoders s) b n) (call_held s) (stream s)
        (readers s) (global_held s) (crashed s).
Definition with_call (s : state) c v :=
  State (next s) (impl s) (callers s) (encoding s) (encoders s) (set (call_held s) (call_index c) v) (stream s)
        (readers s) (global_held s) (crashed s).
Definition with_stream (s : state) t v :=
  State (next s) (impl s) (callers s) (encoding s) (encoders s) (call_held s) (set (stream s) t v) (readers s)
        (global_held s) (crashed s).
Definition with_readers (s : state) n :=
  State (next s) (impl s) (callers s) (encoding s) (encoders s) (call_held s) (stream s) n (global_held s)
        (crashed s).
Definition with_global (s : state) v :=
  State (next s) (impl s) (callers s) (encoding s) (encoders s) (call_held s) (stream s) (readers s) v
        (crashed s).
Definition crash (s : state) x :=
  State (next s) (impl s) (callers s) (encoding s) (encoders s) (call_held s) (stream s) (readers s)
        (global_held s) (Some x).

(** ** Whose context and whose command buffer a thread works on *)

Definition context_of (y : style) (t : nat) := match y with shared => t | per_thread => 0 end.
Definition buffer_of (y : style) (t : nat) := match y with shared => 0 | per_thread => t end.

(** ** The five strategies: what has to be free, what is taken, what is given back *)

Definition session_free (l : strategy) (s : state) t :=
  match l with global => negb (global_held s) | per_stream => negb (stream s t) | _ => true end.

Definition take_session (l : strategy) (s : state) t :=
  match l with
  | global => with_global s true
  | per_stream => with_stream s t true
  | rwlock => with_readers s (S (readers s))
  | _ => s
  end.

Definition give_session (l : strategy) (s : state) t :=
  match l with
  | global => with_global s false
  | per_stream => with_stream s t false
  | rwlock => with_readers s (pred (readers s))
  | _ => s
  end.

Definition call_free (l : strategy) (s : state) c :=
  match l with per_op => negb (call_held s (call_index c)) | _ => true end.

Definition take_call (l : strategy) (s : state) c :=
  match l with per_op => with_call s c true | _ => s end.

Definition give_call (l : strategy) (s : state) c :=
  match l with per_op => with_call s c false | _ => s end.

(** ** The steps *)

Definition when (condition : bool) (s : state) : option state := if condition then Some s else None.

Definition enter (s : state) c := with_callers s c (S (callers s c)).
Definition leave (s : state) c := with_callers s c (pred (callers s c)).

(** The step of thread [t] in [s]; [None] where it has to wait. A crash stops all threads. *)
Definition move (l : strategy) (y : style) (s : state) (t : nat) : option state :=
  let c := context_of y t in
  let b := buffer_of y t in
  match crashed s with
  | Some _ => None
  | None =>
    match next s t with
    | lock => when (session_free l s t) (with_next (take_session l s t) t check)
    (* begin_encoding() *)
    | check => when (call_free l s begin_call)
                 (let s' := take_call l s begin_call in
                  if encoding s b then crash s' at_assertion else with_next s' t mark)
    | mark => Some (with_next (with_encoding s b true (S (encoders s b))) t set_impl)
    | set_impl => Some (with_next (give_call l (with_impl s c true) begin_call) t enter_pipeline)
    (* set_pipeline() *)
    | enter_pipeline => when (call_free l s pipeline_call)
                          (with_next (enter (take_call l s pipeline_call) c) t use_pipeline)
    | use_pipeline => Some (if impl s c
                            then with_next (give_call l (leave s c) pipeline_call) t enter_dispatch
                            else crash s at_pipeline)
    (* dispatch() *)
    | enter_dispatch => when (call_free l s dispatch_call)
                          (with_next (enter (take_call l s dispatch_call) c) t use_prepare)
    | use_prepare => Some (if impl s c then with_next s t use_spill else crash s at_prepare)
    | use_spill => Some (if impl s c
                         then with_next (give_call l (leave s c) dispatch_call) t clear_impl
                         else crash s at_spill)
    (* end_encoding() *)
    | clear_impl => when (call_free l s end_call)
                      (with_next (with_impl (take_call l s end_call) c false) t unmark)
    | unmark => when (Nat.eqb (callers s c) 0)
                  (with_next (give_call l (with_encoding s b false (pred (encoders s b))) end_call) t unlock)
    | unlock => Some (with_next (give_session l s t) t lock)
    end
  end.

(** ** What can happen *)

(** The states that [n] threads can bring about. *)
Inductive reachable (l : strategy) (y : style) (n : nat) : state -> Prop :=
  | at_start : reachable l y n initial
  | after_step s t s' : reachable l y n s -> t < n -> move l y s t = Some s' -> reachable l y n s'.

Definition can_crash (l : strategy) (y : style) (n : nat) (x : site) : Prop :=
  exists s, reachable l y n s /\ crashed s = Some x.

(** What has two encoders on one command buffer, whether the driver noticed or not. *)
Definition can_have_two_encoders (l : strategy) (y : style) (n : nat) : Prop :=
  exists s b, reachable l y n s /\ 2 <= encoders s b.

(** The style in which a site is met: NULL is followed where contexts are shared, the assertion fails where
    command buffers are. *)
Definition style_of (x : site) : style := match x with at_assertion => shared | _ => per_thread end.

(** ** Schedules: threads in the order in which they step *)

Fixpoint run (l : strategy) (y : style) (s : state) (schedule : list nat) : option state :=
  match schedule with
  | [] => Some s
  | t :: rest => match move l y s t with Some s' => run l y s' rest | None => None end
  end.

Lemma run_reachable l y n schedule : forall s s',
  reachable l y n s -> Forall (fun t => t < n) schedule -> run l y s schedule = Some s' -> reachable l y n s'.
Proof.
  induction schedule as [|t rest IH]; simpl; intros s s' reached threads ran.
  - now inversion ran; subst.
  - inversion threads; subst.
    destruct (move l y s t) as [s1|] eqn:moved; [|discriminate].
    apply (IH s1); trivial. now apply (after_step l y n s t).
Qed.

(** Whether a schedule that names each step, as the files in ../schedules do, can be made as it stands and
    ends in a crash at [x]. *)
Scheme Equality for step.
Scheme Equality for site.

Fixpoint follows (l : strategy) (y : style) (s : state) (x : site) (schedule : list (nat * step)) : bool :=
  match schedule with
  | [] => match crashed s with Some x' => site_beq x x' | None => false end
  | (t, named) :: rest =>
      step_beq (next s t) named && match move l y s t with Some s' => follows l y s' x rest | None => false end
  end.

(** Where a schedule ends in a crash. *)
Definition ends_at (l : strategy) (y : style) (schedule : list nat) : option site :=
  match run l y initial schedule with Some s => crashed s | None => None end.

(** A schedule of the threads 0 and 1 that ends in a crash is one for any greater number of threads. *)
Lemma schedule_crashes l y schedule x :
  ends_at l y schedule = Some x -> forallb (fun t => t <? 2) schedule = true ->
  forall n, 2 <= n -> can_crash l y n x.
Proof.
  unfold ends_at, can_crash. intros ends two n enough.
  destruct (run l y initial schedule) as [s|] eqn:ran; [|discriminate].
  exists s. split; trivial.
  apply (run_reachable l y n schedule initial); trivial.
  - apply at_start.
  - apply Forall_forall. intros t inside.
    rewrite forallb_forall in two. specialize (two t inside). apply Nat.ltb_lt in two. lia.
Qed.

(** The same for the number of encoders on a command buffer. *)
Lemma schedule_has_two_encoders l y schedule b :
  match run l y initial schedule with Some s => 2 <=? encoders s b | None => false end = true ->
  forallb (fun t => t <? 2) schedule = true ->
  forall n, 2 <= n -> can_have_two_encoders l y n.
Proof.
  intros both two n enough.
  destruct (run l y initial schedule) as [s|] eqn:ran; [|discriminate].
  exists s, b. split; [|now apply Nat.leb_le].
  apply (run_reachable l y n schedule initial); trivial.
  - apply at_start.
  - apply Forall_forall. intros t inside.
    rewrite forallb_forall in two. specialize (two t inside). apply Nat.ltb_lt in two. lia.
Qed.

(** ** Counterexamples that need no more than two threads *)

(** One thread makes its session up to its last use, another begins its own, the first one clears `impl`. *)
Definition overtaken (uses : nat) : list nat :=
  repeat 1 9 ++ repeat 0 (4 + uses) ++ [1; 0].

(** One thread has its encoder, another asks for one on the same command buffer. *)
Definition second_asked : list nat := [0; 0; 0; 0; 1; 1].

(** Both check before either marks. *)
Definition both_checked : list nat := [0; 0; 1; 1; 0; 1].
