"""As much of mlx.core as the workload calls, on plain lists. FAKE_MISTAKE: `wrong` or `raise`."""

import contextlib
import os
import types

__version__ = "0.0-fake"
metal = types.SimpleNamespace(is_available=lambda: os.environ.get("FAKE_METAL", "yes") == "yes")
gpu = "gpu"
random = types.SimpleNamespace(normal=lambda shape: Matrix(shape, 0.5))


class Truth:
    def __init__(self, value):
        self._value = value

    def item(self):
        return self._value


class Matrix:
    """All elements have one value: enough to multiply."""

    def __init__(self, shape, value):
        self.shape = shape
        self.value = value

    def __eq__(self, other):
        return Truth(self.value == other)


def new_stream(device):
    print("new stream on", device, flush=True)
    return device


def stream(_):
    return contextlib.nullcontext()


def default_device():
    return "Device(gpu, 0)"


def ones(shape):
    return Matrix(shape, 1.0)


def matmul(left, right):
    mistake = os.environ.get("FAKE_MISTAKE")
    if mistake == "raise":
        raise RuntimeError("no such kernel")
    value = left.shape[1] * left.value * right.value
    return Matrix((left.shape[0], right.shape[1]), value + (1 if mistake == "wrong" else 0))


def eval(*_):  # pylint: disable=redefined-builtin
    pass


def all(truth):  # pylint: disable=redefined-builtin
    return truth
