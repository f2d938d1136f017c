/** Light or dark: the system's choice, until the visitor makes one. */
export function createTheme(button, onChange) {
  const system = matchMedia("(prefers-color-scheme: dark)");
  let chosen = null;
  const isDark = () => (chosen ?? (system.matches ? "dark" : "light")) === "dark";
  function draw() {
    if (chosen) document.documentElement.dataset.theme = chosen;
    button.setAttribute("aria-pressed", String(isDark()));
  }
  button.addEventListener("click", () => {
    chosen = isDark() ? "light" : "dark";
    draw();
    onChange(chosen);
  });
  system.addEventListener("change", draw);
  return { draw };
}
