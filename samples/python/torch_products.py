# python3 samples/python/torch_products.py --threads 4 --ops 20
"""Matrix products by torch.mm on the GPU (MPS), by several threads, each awaited once at its end.

Each thread multiplies random matrices made on the GPU, and at last two of ones, whose product is known, and waits for
the whole device (torch.mps.synchronize).
"""

import workload_lines as lines


def read_settings(argv=None):
    parser = lines.settings_parser(__doc__)
    parser.add_argument("--ops", type=lines.whole_number(1, 1_000_000), default=20, help="products per thread")
    parser.add_argument("--size", type=lines.whole_number(1, 16_384), default=1024, help="rows and columns")
    parser.add_argument(
        "--lock", choices=["none", "global"], default="none", help="global: one mutex around each product and the wait"
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
    lock = lines.Lock(settings.lock)
    shape = (settings.size, settings.size)

    def work(_):
        for _ in range(settings.ops):
            with lock:
                torch.mm(torch.randn(*shape, device="mps"), torch.randn(*shape, device="mps"))
        with lock:
            product = torch.mm(torch.ones(*shape, device="mps"), torch.ones(*shape, device="mps"))
            torch.mps.synchronize()
            # Small whole numbers: exact in any order.
            return int(bool((product == settings.size).all().item()))

    lines.phase("encoding")
    right, seconds = lines.run_threads(settings.threads, work)
    lines.phase("done")
    lines.metric("ops_per_second", settings.threads * (settings.ops + 1) / seconds)
    lines.results(right, settings.threads)
    lines.complete()


if __name__ == "__main__":
    main()
