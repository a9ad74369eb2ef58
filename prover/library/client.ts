// SPDX-License-Identifier: GPL-3.0-or-later

/**
 * `plimsoll/client`: ask an operator's service, with the types of its own description.
 *
 * @module
 */
export { serviceClient } from '../service/client/service-client.ts';
export type { ServiceClient, ServiceClientOptions } from '../service/client/service-client.ts';
export type { paths } from '../service/client/generated/service-api.ts';
