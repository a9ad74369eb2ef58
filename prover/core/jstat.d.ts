// Only what is used of jstat 1.9.6, which ships no types.
declare module 'jstat' {
  interface JStat {
    readonly chisquare: { cdf(x: number, degrees: number): number };
    readonly normal: { cdf(x: number, mean: number, deviation: number): number };
    /** The regularised incomplete beta function I_x(a, b). */
    ibeta(x: number, a: number, b: number): number;
  }
  const jstat: { readonly jStat: JStat };
  export default jstat;
}
