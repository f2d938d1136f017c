"""The console command, `earpiece`."""
