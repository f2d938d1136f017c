"""What every unit of Earpiece shares. DESIGN: a unit imports this package and itself, never another unit."""
