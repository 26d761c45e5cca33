# python3 samples/python/mlx_products.py --threads 2 --ops 20
"""Matrix products by MLX on the GPU, evaluated by several threads at once.

Each thread multiplies random matrices and evaluates every product, and at last one of matrices of ones,
whose elements are all known.
"""

import contextlib

import workload_lines as lines


def read_settings(argv=None):
    parser = lines.settings_parser(__doc__)
    parser.add_argument("--ops", type=lines.whole_number(1, 1_000_000), default=20, help="products per thread")
    parser.add_argument("--size", type=lines.whole_number(1, 16_384), default=256, help="rows and columns")
    parser.add_argument(
        "--lock", choices=["none", "global"], default="none", help="global: one mutex around making and evaluating"
    )
    parser.add_argument(
        "--streams", choices=["default", "own"], default="default", help="own: a stream for each thread"
    )
    return lines.read_settings(parser, argv)


def main():
    settings = read_settings()
    try:
        import mlx.core as mx  # pylint: disable=import-outside-toplevel
    except ImportError:
        lines.missing("mlx")
    if not mx.metal.is_available():
        lines.missing("mlx with Metal")

    lines.phase("setup")
    print(f"device {mx.default_device()} mlx {mx.__version__}", flush=True)
    lock = lines.Lock(settings.lock)
    shape = (settings.size, settings.size)

    def work(_):
        # A stream has a command buffer of its own; without one all threads encode into that of the default stream.
        own = mx.new_stream(mx.gpu) if settings.streams == "own" else None
        with mx.stream(own) if own is not None else contextlib.nullcontext():
            return multiply()

    def multiply():
        for _ in range(settings.ops):
            with lock:
                product = mx.matmul(mx.random.normal(shape), mx.random.normal(shape))
                mx.eval(product)
        with lock:
            product = mx.matmul(mx.ones(shape), mx.ones(shape))
            # Small whole numbers: the sum is exact in any order.
            return int(mx.all(product == settings.size).item())

    lines.phase("encoding")
    right, seconds = lines.run_threads(settings.threads, work)
    lines.phase("done")
    lines.metric("ops_per_second", settings.threads * (settings.ops + 1) / seconds)
    lines.results(right, settings.threads)
    lines.complete()


if __name__ == "__main__":
    main()
