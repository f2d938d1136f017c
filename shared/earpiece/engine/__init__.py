"""The suggestion engine: what an account's conversations teach, and what it offers from that. No cloud, no network."""

import os

# One BLAS thread, set before numpy is first imported: the same data then gives the same bytes on any machine, and
# products as small as ours are slower on several, much slower where other processes want the cores.
for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")
