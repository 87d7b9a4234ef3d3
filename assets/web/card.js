// The page behind a card's code. What proves the card stands after '#' in the address: it never
// leaves the phone by itself, so this script hands it to the server in the body of a request.
"use strict";

const main = document.querySelector("main");
let signed = "";
let solved = null;

// The other language: everything is on the page twice, and the style sheet shows one of them.
document.querySelector("[data-tongue]")?.addEventListener("click", (event) => {
  event.preventDefault();
  const root = document.documentElement;
  root.lang = root.lang === "id" ? "en" : "id";
});

function show(id) {
  for (const part of document.querySelectorAll("[data-part]")) part.hidden = part.id !== id;
}

// Sends a form's fields; the answer is a part of the page, made and escaped by the server.
async function ask(path, fields) {
  const answer = await fetch(path, {
    method: "POST",
    body: new URLSearchParams(fields),
    cache: "no-store",
    credentials: "omit",
    referrerPolicy: "no-referrer",
  });
  if (!(answer.headers.get("content-type") || "").startsWith("text/html")) throw new Error("no page");
  const part = new DOMParser().parseFromString(await answer.text(), "text/html");
  main.replaceChildren(...part.body.childNodes);
  main.querySelector("[data-focus]")?.focus();
  prepare();
}

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

function trouble(form) {
  form.querySelector("[data-busy]").hidden = true;
  form.querySelector("[data-trouble]").hidden = false;
  form.querySelector("button").disabled = false;
}

function prepare() {
  const form = main.querySelector("form[data-challenge]");
  if (!form) return;
  solved = solve(JSON.parse(form.dataset.challenge));
  solved.catch(() => {}); // told when the form is sent
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    form.querySelector("button").disabled = true;
    form.querySelector("[data-busy]").hidden = false;
    form.querySelector("[data-trouble]").hidden = true;
    try {
      const bukti = base64url(JSON.stringify(await solved));
      await ask(form.action, { kode: signed, angka: form.elements.angka.value, bukti });
    } catch {
      trouble(form);
    }
  });
}

async function verdict() {
  signed = location.hash.slice(1);
  if (!signed) return show("no-code");
  show("waiting");
  try {
    await ask(location.pathname, { kode: signed });
  } catch {
    show("offline");
  }
}

document.getElementById("again")?.addEventListener("click", verdict);
// Another card opened in the same tab changes only what stands after '#'.
addEventListener("hashchange", () => location.reload());
verdict();
