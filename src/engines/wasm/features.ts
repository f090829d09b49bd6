/** Whether this WebAssembly engine has relaxed SIMD (multiply-add in one instruction): Node 21 and newer. */
export function hasRelaxedSimd(): boolean {
  // (module (func (result v128) i32.const 1 i8x16.splat, twice more, f32x4.relaxed_madd))
  return WebAssembly.validate(
    Uint8Array.of(
      ...[0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 19, 1, 17, 0],
      ...[65, 1, 253, 15, 65, 1, 253, 15, 65, 1, 253, 15, 253, 133, 2, 11],
    ),
  );
}
