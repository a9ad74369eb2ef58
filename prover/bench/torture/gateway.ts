// SPDX-License-Identifier: GPL-3.0-or-later

/** Stands before a node (its first argument) until it is killed, at the port of its second; 0 takes a free one. */
import { NodeGateway } from './node-gateway.ts';

const gateway = new NodeGateway(process.argv[2]!, Number(process.argv[3]));
await gateway.up();
process.send!({ url: gateway.url });
// However the parent ended, nothing is left behind.
process.on('disconnect', () => process.exit());
