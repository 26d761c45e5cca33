# python3 samples/python/torch_linear.py --threads 8 --ops 50 --lock none
"""One torch.nn.Linear layer on the GPU (MPS), called by several threads, with or without a lock.

Each thread calls the layer on an input of its own and waits for the result: for the whole device
(torch.mps.synchronize) or for an event that it recorded. With `--calls worker` the threads queue their inputs, and
one worker takes all that are waiting, calls the layer on them as one batch, and hands the results out: only it
touches the GPU. After its calls each thread compares its last result with that of the same layer on the CPU.
"""

import copy
import os
import queue
import threading

import workload_lines as lines


def read_settings(argv=None):
    parser = lines.settings_parser(__doc__)
    parser.add_argument("--ops", type=lines.whole_number(1, 1_000_000), default=50, help="calls per thread")
    parser.add_argument(
        "--lock", choices=["none", "global"], default="none", help="global: one mutex around call and wait"
    )
    parser.add_argument("--sync", choices=["device", "event"], default="device", help="what a thread waits for")
    parser.add_argument(
        "--calls", choices=["direct", "worker"], default="direct", help="worker: one thread calls, with batches"
    )
    parser.add_argument(
        "--framework-mutex",
        choices=["on", "off"],
        default="on",
        help="off: MPS_DISABLE_ENCODING_MUTEX=1, which only a PyTorch patched to have that mutex knows",
    )
    parser.add_argument("--features", type=lines.whole_number(1, 65_536), default=512, help="width of the layer")
    parser.add_argument("--batch", type=lines.whole_number(1, 65_536), default=1, help="rows of one input")
    return lines.read_settings(parser, argv)


class Worker:
    """Takes inputs from many threads and calls `layer` on all that are waiting at once."""

    def __init__(self, torch, layer, wait):
        self._torch = torch
        self._layer = layer
        self._wait = wait
        self._waiting = queue.Queue()
        self._thread = threading.Thread(target=self._run, name="gpu-worker", daemon=True)
        self._thread.start()

    def call(self, rows):
        """The layer's output for these rows, on the CPU; an exception of the call is raised here."""
        answer = queue.Queue(1)
        self._waiting.put((rows, answer))
        result = answer.get()
        if isinstance(result, BaseException):
            raise result
        return result

    def _run(self):
        while True:
            batch = [self._waiting.get()]
            while not self._waiting.empty():
                batch.append(self._waiting.get())
            try:
                results = self._results(batch)
            except BaseException as error:  # pylint: disable=broad-except
                results = [error] * len(batch)
            for (_, answer), result in zip(batch, results):
                answer.put(result)

    def _results(self, batch):
        with self._torch.no_grad():
            output = self._layer(self._torch.cat([rows for rows, _ in batch]).to("mps"))
            self._wait()
            return self._torch.split(output.to("cpu"), [rows.shape[0] for rows, _ in batch])


def main():
    settings = read_settings()
    if settings.framework_mutex == "off":
        os.environ["MPS_DISABLE_ENCODING_MUTEX"] = "1"  # Before the framework reads it.
    try:
        import torch  # pylint: disable=import-outside-toplevel
    except ImportError:
        lines.missing("torch")
    if not torch.backends.mps.is_available():
        lines.missing("torch with MPS")

    lines.phase("setup")
    print(f"device mps torch {torch.__version__}", flush=True)
    torch.manual_seed(1)
    cpu_layer = torch.nn.Linear(settings.features, settings.features).eval()
    layer = copy.deepcopy(cpu_layer).to("mps")
    inputs = [torch.randn(settings.batch, settings.features) for _ in range(settings.threads)]
    with torch.no_grad():
        expected = [cpu_layer(rows) for rows in inputs]
    gpu_inputs = [rows.to("mps") for rows in inputs]
    torch.mps.synchronize()
    lock = lines.Lock(settings.lock)

    def wait():
        if settings.sync == "device":
            torch.mps.synchronize()
            return
        event = torch.mps.event.Event()
        event.record()
        event.synchronize()

    worker = Worker(torch, layer, wait) if settings.calls == "worker" else None

    def is_right(result, index):
        return int(torch.allclose(result, expected[index], rtol=1e-3, atol=1e-3))

    def work(index):
        if worker is None:
            return call_directly(index)
        result = None
        for _ in range(settings.ops):
            result = worker.call(inputs[index])
        return is_right(result, index)

    def call_directly(index):
        output = None
        with torch.no_grad():  # Per thread: the mode is not inherited.
            for _ in range(settings.ops):
                with lock:
                    output = layer(gpu_inputs[index])
                    wait()
            with lock:
                result = output.to("cpu")
        return is_right(result, index)

    lines.phase("encoding")
    right, seconds = lines.run_threads(settings.threads, work)
    lines.phase("done")
    lines.metric("ops_per_second", settings.threads * settings.ops / seconds)
    lines.results(right, settings.threads)
    lines.complete()


if __name__ == "__main__":
    main()
