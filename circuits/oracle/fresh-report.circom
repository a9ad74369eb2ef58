// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "arithmetic/range.circom";

/**
 * @title FreshReport
 * @notice A component of a report is neither older than its source's own rule allows, nor older than
 * the snapshot says that the component is: a snapshot's component is as old as the oldest report behind
 * it.
 * @input age seconds, as the report states it
 * @input claimedAge seconds, of the snapshot's component
 * @input maxAge seconds, of the source's rule
 * Assumes inputs of 16 bits, so that no difference wraps. Guarantees age ≤ maxAge and age ≤ claimedAge.
 * Cost: 32 constraints.
 */
template FreshReport() {
    signal input {maxbit} age;
    signal input {maxbit} claimedAge;
    signal input {maxbit} maxAge;
    assert(age.maxbit <= 16);
    assert(claimedAge.maxbit <= 16);
    assert(maxAge.maxbit <= 16);

    component allowed = Range(16);
    allowed.in <== maxAge - age;
    _ <== allowed.out;
    component claimed = Range(16);
    claimed.in <== claimedAge - age;
    _ <== claimed.out;
}
