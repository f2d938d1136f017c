"""Brings the widget into agents' browsers: loader, bundle and the frame page of each account."""
