// A form behind a security code: the work is done while the digits are typed, and goes with the form.
"use strict";

const form = document.querySelector("form[data-challenge]");

// Two workers share the work of a challenge, one the even numbers and one the odd.
function solve(challenge) {
  const workers = [];
  return new Promise((resolve, reject) => {
    if (!globalThis.crypto?.subtle || !globalThis.Worker) throw new Error("too old");
    for (const start of [0, 1]) {
      const worker = new Worker(document.body.dataset.worker);
      workers.push(worker);
      worker.onerror = () => reject(new Error("worker"));
      worker.onmessage = ({ data }) => {
        if (data?.derivedKey) resolve({ challenge, solution: data });
        else reject(new Error("unsolved"));
      };
      worker.postMessage({ type: "work", challenge, counterStart: start, counterStep: 2, timeout: 120000 });
    }
  }).finally(() => workers.forEach((worker) => worker.terminate()));
}

const base64url = (text) => btoa(text).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

if (form) {
  const solved = solve(JSON.parse(form.dataset.challenge));
  solved.catch(() => {}); // the server says what is missing
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    form.querySelector("button").disabled = true;
    form.querySelector("[data-busy]").hidden = false;
    try {
      form.elements.kerja.value = base64url(JSON.stringify(await solved));
    } catch {
      form.elements.kerja.value = "-";
    }
    form.submit();
  });
}
