// Before the loader: the auto-pilot looks at the widget as a person does, and it could not see into a closed shadow root.
window.earpiece = { config: { shadow: "open" } };
