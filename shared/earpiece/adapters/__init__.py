"""One technology per file; stores are made for one verified account and reach no other."""
