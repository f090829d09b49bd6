/** Most of the slider's way goes to heavy smoothing, where small changes matter: position p stands for 1 − (1 − p)². */
export const smoothingSlots = 100;
const strongest = 0.99;

export function smoothingAt(slot: number): number {
  if (slot >= smoothingSlots) return strongest;
  return Math.min(strongest, Number((1 - (1 - slot / smoothingSlots) ** 2).toFixed(4)));
}

export function slotOf(smoothing: number): number {
  return Math.round((1 - Math.sqrt(1 - Math.min(Math.max(smoothing, 0), strongest))) * smoothingSlots);
}
