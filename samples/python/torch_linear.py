# python3 samples/python/torch_linear.py --threads 8 --ops 50 --lock none
"""One torch.nn.Linear layer on the GPU (MPS), called by several threads, with or without a lock.

Each thread calls the layer on an input of its own and waits for the result: for the whole device
(torch.mps.synchronize) or for an event that it recorded. After its calls it compares its last result with
that of the same layer on the CPU.
"""

import copy

import workload_lines as lines


def read_settings(argv=None):
    parser = lines.settings_parser(__doc__)
    parser.add_argument("--ops", type=lines.whole_number(1, 1_000_000), default=50, help="calls per thread")
    parser.add_argument(
        "--lock", choices=["none", "global"], default="none", help="global: one mutex around call and wait"
    )
    parser.add_argument("--sync", choices=["device", "event"], default="device", help="what a thread waits for")
    parser.add_argument("--features", type=lines.whole_number(1, 65_536), default=512, help="width of the layer")
    parser.add_argument("--batch", type=lines.whole_number(1, 65_536), default=1, help="rows of one input")
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

    def work(index):
        output = None
        with torch.no_grad():  # Per thread: the mode is not inherited.
            for _ in range(settings.ops):
                with lock:
                    output = layer(gpu_inputs[index])
                    wait()
            with lock:
                result = output.to("cpu")
        return int(torch.allclose(result, expected[index], rtol=1e-3, atol=1e-3))

    lines.phase("encoding")
    right, seconds = lines.run_threads(settings.threads, work)
    lines.phase("done")
    lines.metric("ops_per_second", settings.threads * settings.ops / seconds)
    lines.results(right, settings.threads)
    lines.complete()


if __name__ == "__main__":
    main()
