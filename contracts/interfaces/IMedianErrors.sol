// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

/// @title What a median gate refuses, said by it and through the feed that asks it
interface IMedianErrors {
    error WrongSources(uint256 expected, uint256 proven);
    error WrongReportVenue(uint256 expected, uint256 proven);
    error AnotherSnapshot(uint256 expected, uint256 proven);
    error NotTheMedians();
    error NotTheProvenTimes();
    error SuspendedSourceHeard(uint256 included, uint256 suspended);
    error SourceNotHeard(uint256 included, uint256 required);
    error InvalidMedianProof();
}
