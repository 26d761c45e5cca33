# python3 samples/python/torch_throughput.py --threads 1 --batch 256
"""How much work PyTorch gets through the GPU (MPS) in a fixed time, against threads and batch size.

A small network of two linear layers is called over and over; every call is awaited. The threads are made
once and warmed up before the time counts. The lock is on unless it is taken away: this measures, and a
crash measures nothing.
"""

import threading
import time

import workload_lines as lines


def read_settings(argv=None):
    parser = lines.settings_parser(__doc__)
    parser.set_defaults(threads=1)
    parser.add_argument("--batch", type=lines.whole_number(1, 65_536), default=1, help="rows of one input")
    parser.add_argument("--seconds", type=lines.whole_number(1, 3_600), default=5, help="how long to measure")
    parser.add_argument("--features", type=lines.whole_number(1, 65_536), default=512, help="width of the layers")
    parser.add_argument("--warm-up-ops", type=lines.whole_number(0, 100_000), default=20, help="per thread")
    parser.add_argument(
        "--lock", choices=["none", "global"], default="global", help="global: one mutex around call and wait"
    )
    return lines.read_settings(parser, argv)


def main():
    settings = read_settings()
    try:
        import torch  # pylint: disable=import-outside-toplevel
    except ImportError:
        lines.missing("torch")
    if not torch.backends.mps.is_available():
        lines.missing("torch with MPS")

    lines.phase("setup")
    print(f"device mps torch {torch.__version__}", flush=True)
    torch.manual_seed(1)
    network = torch.nn.Sequential(
        torch.nn.Linear(settings.features, settings.features),
        torch.nn.ReLU(),
        torch.nn.Linear(settings.features, settings.features),
    )
    network = network.to("mps").eval()
    inputs = [torch.randn(settings.batch, settings.features, device="mps") for _ in range(settings.threads)]
    torch.mps.synchronize()
    lock = lines.Lock(settings.lock)
    warm = threading.Barrier(settings.threads)

    def call(index):
        with lock:
            network(inputs[index])
            torch.mps.synchronize()

    def work(index):
        calls = 0
        with torch.no_grad():  # Per thread: the mode is not inherited.
            try:
                for _ in range(settings.warm_up_ops):
                    call(index)
            except BaseException:
                warm.abort()  # Else the others would wait for ever.
                raise
            warm.wait()
            end = time.perf_counter() + settings.seconds
            while time.perf_counter() < end:
                call(index)
                calls += 1
        return calls

    lines.phase("measuring")
    calls, _ = lines.run_threads(settings.threads, work)
    lines.phase("done")
    lines.metric("ops_per_second", calls / settings.seconds)
    lines.metric("samples_per_second", calls * settings.batch / settings.seconds)
    lines.complete()


if __name__ == "__main__":
    main()
