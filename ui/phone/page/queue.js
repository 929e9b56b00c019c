/* The photographs that wait on this phone: kept until the service has screened them.
   Over https they lie encrypted in IndexedDB under a key that no script can read out; over plain
   http the browser offers neither that nor a service worker, and they live in memory alone. */

const SECURE = globalThis.isSecureContext && !!globalThis.crypto?.subtle && !!globalThis.indexedDB;
const memory = { rows: new Map(), values: new Map() };
let base = null;

const asked = (request) => new Promise((give, fail) => {
  request.onsuccess = () => give(request.result);
  request.onerror = () => fail(request.error);
});

async function open() {
  if (base || !SECURE) return base;
  const request = indexedDB.open("foreseye-phone", 1);
  request.onupgradeneeded = () => {
    request.result.createObjectStore("photographs", { keyPath: "key" });
    request.result.createObjectStore("values");
  };
  base = await asked(request);
  return base;
}

const store = async (name, mode) => (await open()).transaction(name, mode).objectStore(name);

export const secured = SECURE;

export async function value(name) {
  return SECURE ? asked((await store("values", "readonly")).get(name)) : memory.values.get(name);
}

export async function keepValue(name, content) {
  if (!SECURE) return void memory.values.set(name, content);
  await asked((await store("values", "readwrite")).put(content, name));
}

async function lock() {
  let key = await value("lock");
  if (!key) {
    key = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
    await keepValue("lock", key);
  }
  return key;
}

export async function keep(row, bytes) {
  if (!SECURE) return void memory.rows.set(row.key, { ...row, bytes });
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, await lock(), bytes);
  await asked((await store("photographs", "readwrite")).put({ ...row, iv, sealed }));
}

export async function bytesOf(key) {
  if (!SECURE) return memory.rows.get(key).bytes;
  const row = await asked((await store("photographs", "readonly")).get(key));
  return new Uint8Array(await crypto.subtle.decrypt({ name: "AES-GCM", iv: row.iv }, await lock(), row.sealed));
}

export async function rows() {
  const all = SECURE ? await asked((await store("photographs", "readonly")).getAll()) : [...memory.rows.values()];
  return all.map(({ sealed, iv, bytes, ...row }) => row).sort((a, b) => a.number - b.number);
}

export async function drop(key) {
  if (!SECURE) return void memory.rows.delete(key);
  await asked((await store("photographs", "readwrite")).delete(key));
}

/* Empties this phone; what stays is nothing. */
export async function forget() {
  if (!SECURE) { memory.rows.clear(); memory.values.clear(); return; }
  await asked((await store("photographs", "readwrite")).clear());
  await asked((await store("values", "readwrite")).clear());
}

export const newKey = () => [...crypto.getRandomValues(new Uint8Array(18))].map((b) => b.toString(16).padStart(2, "0")).join("");

/* SHA-256 where the browser has no crypto.subtle (plain http); FIPS 180-4. */
function sha256InWords(bytes) {
  const primes = [];
  for (let n = 2; primes.length < 64; n++) if (primes.every((p) => n % p)) primes.push(n);
  const part = (x) => ((x - Math.floor(x)) * 2 ** 32) >>> 0;
  const K = primes.map((p) => part(Math.cbrt(p)));
  const H = primes.slice(0, 8).map((p) => part(Math.sqrt(p)));
  const padded = new Uint8Array(((bytes.length + 8) >> 6 << 6) + 64);
  padded.set(bytes); padded[bytes.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setUint32(padded.length - 8, Math.floor(bytes.length / 2 ** 29));
  view.setUint32(padded.length - 4, (bytes.length << 3) >>> 0);
  const W = new Uint32Array(64);
  const turn = (x, n) => (x >>> n) | (x << (32 - n));
  for (let at = 0; at < padded.length; at += 64) {
    for (let i = 0; i < 64; i++) {
      if (i < 16) { W[i] = view.getUint32(at + 4 * i); continue; }
      const s0 = turn(W[i - 15], 7) ^ turn(W[i - 15], 18) ^ (W[i - 15] >>> 3);
      const s1 = turn(W[i - 2], 17) ^ turn(W[i - 2], 19) ^ (W[i - 2] >>> 10);
      W[i] = W[i - 16] + s0 + W[i - 7] + s1;
    }
    let [a, b, c, d, e, f, g, h] = H;
    for (let i = 0; i < 64; i++) {
      const one = (h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & f) ^ (~e & g)) + K[i] + W[i]) >>> 0;
      const two = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) >>> 0;
      [h, g, f, e, d, c, b, a] = [g, f, e, (d + one) >>> 0, c, b, a, (one + two) >>> 0];
    }
    [a, b, c, d, e, f, g, h].forEach((x, i) => { H[i] = (H[i] + x) >>> 0; });
  }
  return H.map((x) => x.toString(16).padStart(8, "0")).join("");
}

export async function sha256(bytes) {
  if (!globalThis.crypto?.subtle) return sha256InWords(bytes);
  const sum = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return [...sum].map((b) => b.toString(16).padStart(2, "0")).join("");
}

globalThis.foreseyeSums = { sha256, sha256InWords };  // compared with each other by the tests
