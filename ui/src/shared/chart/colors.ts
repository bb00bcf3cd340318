/** Colours of tokens are var() references; a canvas needs what they compute to, in the theme that shows now. */
export function resolved(name: string): string {
  const probe = document.createElement("span");
  probe.style.color = `var(--weir-${name})`;
  document.body.append(probe);
  const color = getComputedStyle(probe).color;
  probe.remove();
  return color;
}

/** The same colour, let through: for areas under a line. */
export function faded(color: string, alpha: number): string {
  const [r, g, b] = color.match(/[\d.]+/g) ?? ["0", "0", "0"];
  return `rgba(${r}, ${g}, ${b}, ${alpha})`;
}
