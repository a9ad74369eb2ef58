// SPDX-License-Identifier: GPL-3.0-or-later

const loading = new Map<string, Promise<unknown>>();

/**
 * What a script of the service leaves under a name, fetched when somebody first needs it; of a page in a file it is
 * there already. Asked for again where it could not be had.
 */
export function loadScript<Library>(name: string, path: string): Promise<Library> {
  const held = (): unknown => (globalThis as unknown as Readonly<Record<string, unknown>>)[name];
  if (held() !== undefined) return Promise.resolve(held() as Library);
  let asked = loading.get(path);
  if (asked === undefined) {
    asked = new Promise((resolve, reject) => {
      const script = document.createElement('script');
      script.src = path;
      script.onload = () => resolve(held());
      script.onerror = () => {
        script.remove();
        loading.delete(path);
        reject(new Error(`${path} could not be loaded`));
      };
      document.head.append(script);
    });
    loading.set(path, asked);
  }
  return asked as Promise<Library>;
}
