// Solves the challenge of a form: finds the number that, put behind the salt, has the SHA-256 hash that is asked for. It begins when
// somebody begins to fill in the form, and works in short slices, so that the page never stands still.
(() => {
  "use strict";

  const SLICE_MS = 12;
  const TRIES_BETWEEN_LOOKS_AT_THE_CLOCK = 256;

  // FIPS 180-4, sections 4.2.2 and 5.3.3.
  const ROUNDS = Int32Array.of(
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
  );
  const START = Int32Array.of(
    0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
  );
  const BLOCK_BYTES = 64;
  // The last eight are the message's length, the one before them the mark of its end.
  const MOST_BYTES = BLOCK_BYTES - 9;

  const words = new Int32Array(64);
  const hash = new Int32Array(8);

  const turned = (word, bits) => (word >>> bits) | (word << (32 - bits));

  // Puts the hash of one block into `hash` (FIPS 180-4, section 6.2.2).
  function digest(block) {
    for (let at = 0; at < 16; at += 1) words[at] = block.getInt32(at * 4);
    for (let at = 16; at < 64; at += 1) {
      const near = words[at - 2];
      const far = words[at - 15];
      const one = turned(near, 17) ^ turned(near, 19) ^ (near >>> 10);
      const zero = turned(far, 7) ^ turned(far, 18) ^ (far >>> 3);
      words[at] = one + words[at - 7] + zero + words[at - 16];
    }
    let a = START[0];
    let b = START[1];
    let c = START[2];
    let d = START[3];
    let e = START[4];
    let f = START[5];
    let g = START[6];
    let h = START[7];
    for (let at = 0; at < 64; at += 1) {
      const sum = turned(e, 6) ^ turned(e, 11) ^ turned(e, 25);
      const first = (h + sum + ((e & f) ^ (~e & g)) + ROUNDS[at] + words[at]) | 0;
      const second = ((turned(a, 2) ^ turned(a, 13) ^ turned(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      h = g;
      g = f;
      f = e;
      e = (d + first) | 0;
      d = c;
      c = b;
      b = a;
      a = (first + second) | 0;
    }
    hash[0] = START[0] + a;
    hash[1] = START[1] + b;
    hash[2] = START[2] + c;
    hash[3] = START[3] + d;
    hash[4] = START[4] + e;
    hash[5] = START[5] + f;
    hash[6] = START[6] + g;
    hash[7] = START[7] + h;
  }

  // Puts a text of ASCII into the block, from a place on, and ends the message there. No text at that place may be shorter than the one before.
  function write(block, text, from) {
    for (let at = 0; at < text.length; at += 1) block.setUint8(from + at, text.charCodeAt(at));
    const length = from + text.length;
    block.setUint8(length, 0x80);
    block.setUint16(BLOCK_BYTES - 2, length * 8);
  }

  const pause = () => new Promise((goOn) => setTimeout(goOn));

  // Returns the number, or null when there is none.
  async function solve({ salt, challenge, maxnumber }) {
    const block = new DataView(new ArrayBuffer(BLOCK_BYTES));
    const wanted = Int32Array.from(challenge.match(/.{8}/g), (digits) => parseInt(digits, 16));
    if (salt.length + String(maxnumber).length > MOST_BYTES) return null;
    write(block, salt, 0);
    let until = performance.now() + SLICE_MS;
    for (let number = 0; number <= maxnumber; number += 1) {
      write(block, String(number), salt.length);
      digest(block);
      if (hash[0] === wanted[0] && hash.every((word, at) => word === wanted[at])) return number;
      if (number % TRIES_BETWEEN_LOOKS_AT_THE_CLOCK === 0 && performance.now() > until) {
        await pause();
        until = performance.now() + SLICE_MS;
      }
    }
    return null;
  }

  function attach(field) {
    const form = field.form;
    const said = form.querySelector("[data-moment]");
    let solving = null;
    let isSolved = false;

    async function begin() {
      const { algorithm, challenge, salt, signature, ...task } = JSON.parse(field.dataset.challenge);
      const number = await solve({ challenge, salt, ...task });
      // Without a number the form goes as it is, and comes back with another challenge.
      if (number !== null) field.value = btoa(JSON.stringify({ algorithm, challenge, number, salt, signature }));
      isSolved = true;
    }

    const start = () => (solving ??= begin());

    form.addEventListener("focusin", start);
    form.addEventListener("input", start);
    form.addEventListener("submit", (event) => {
      if (isSolved) return;
      event.preventDefault();
      if (said.textContent) return;
      said.textContent = said.dataset.moment;
      // Also when something went wrong: the site then says what to do.
      start().finally(() => form.submit());
    });
  }

  document.querySelectorAll("input[data-challenge]").forEach(attach);
})();
