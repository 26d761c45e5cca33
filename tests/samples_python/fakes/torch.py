"""As much of torch as the workloads call, on plain numbers. FAKE_MISTAKE: `wrong` or `raise`. FAKE_TELL: `mutex` or
`callers`, printed."""

import contextlib
import os
import threading
import types

__version__ = "0.0-fake"
backends = types.SimpleNamespace(
    mps=types.SimpleNamespace(is_available=lambda: os.environ.get("FAKE_METAL", "yes") == "yes")
)

if os.environ.get("FAKE_TELL") == "mutex":
    print("mutex disabled:", os.environ.get("MPS_DISABLE_ENCODING_MUTEX"), flush=True)


class Event:
    def record(self):
        print("event recorded", flush=True)

    def synchronize(self):
        pass


mps = types.SimpleNamespace(synchronize=lambda: None, event=types.SimpleNamespace(Event=Event))


class Tensor:
    """A value for each of its parts: what cat() joins and split() takes apart again."""

    def __init__(self, value, device="cpu", rows=1):
        self.value = value if isinstance(value, list) else [value]
        self.device = device
        self.shape = (rows, 1)

    def to(self, device):
        return Tensor(self.value, device, self.shape[0])

    def __eq__(self, other):
        return Tensor([value == other for value in self.value], self.device)

    def all(self):
        return Tensor(all(self.value), self.device)

    def item(self):
        return self.value[0]


class Module:
    device = "cpu"

    def to(self, device):
        self.device = device
        return self

    def eval(self):
        return self

    def __call__(self, rows):
        if rows.device != self.device:
            raise RuntimeError(f"layer on {self.device}, rows on {rows.device}")
        mistake = os.environ.get("FAKE_MISTAKE") if self.device == "mps" else None
        if mistake == "raise":
            raise RuntimeError("no such kernel")
        if self.device == "mps" and os.environ.get("FAKE_TELL") == "callers":
            print("called by", threading.current_thread().name, flush=True)
        return Tensor([2 * value + (1000 if mistake == "wrong" else 0) for value in rows.value], self.device)


nn = types.SimpleNamespace(
    Linear=lambda inputs, outputs: Module(), ReLU=Module, Sequential=lambda *layers: Module()
)


def manual_seed(_):
    pass


def randn(*shape, device="cpu"):
    return Tensor(sum(shape), device, shape[0])


def ones(*shape, device="cpu"):
    return Tensor(shape[1], device, shape[0])  # Of a square one, what a product of two holds.


def mm(left, right):
    mistake = os.environ.get("FAKE_MISTAKE")
    if mistake == "raise":
        raise RuntimeError("no such kernel")
    if (left.device, right.device) != ("mps", "mps"):
        raise RuntimeError("matrices on the CPU")
    return Tensor(left.value[0] + (1 if mistake == "wrong" else 0), "mps")


def cat(parts):
    return Tensor([value for part in parts for value in part.value], parts[0].device, len(parts))


def split(whole, rows):
    return [Tensor(value, whole.device) for value, _ in zip(whole.value, rows, strict=True)]


def allclose(left, right, rtol, atol):
    if left.device != right.device:
        raise RuntimeError("tensors on two devices")
    return abs(left.item() - right.item()) <= atol + rtol * abs(right.item())


@contextlib.contextmanager
def no_grad():
    yield
