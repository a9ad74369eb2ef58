// SPDX-License-Identifier: GPL-3.0-or-later
declare module 'quadprog' {
  interface Solution {
    /** 1-based; index 0 is empty. Missing when the arguments do not fit each other. */
    readonly solution?: number[];
    /** Empty when solved. */
    readonly message: string;
  }
  const quadprog: {
    /** min ½·xᵀDx − dᵀx, Aᵀx ≥ b; all arrays 1-based. Overwrites D and d. */
    solveQP(dmat: number[][], dvec: number[], amat: number[][], bvec: number[]): Solution;
  };
  export default quadprog;
}
