"""One module per CX platform: bytes in, verdict and events out. No I/O."""
