// The pages of a signed-in person. Everything works without this script; with it, a photo is made
// small on the phone before it travels, and what takes a while says so.
"use strict";

// As much as the server looks at; beside it a phone's picture has ten times the bytes, and often the
// place where it was taken.
const LONGEST = 2048;

async function smaller(file) {
  const bitmap = await createImageBitmap(file, { imageOrientation: "from-image" });
  const scale = Math.min(1, LONGEST / Math.max(bitmap.width, bitmap.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(bitmap.width * scale));
  canvas.height = Math.max(1, Math.round(bitmap.height * scale));
  const context = canvas.getContext("2d");
  context.fillStyle = "#ffffff";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.imageSmoothingQuality = "high";
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.92));
  return { canvas, file: new File([blob], "foto.jpg", { type: "image/jpeg" }) };
}

const form = document.querySelector("form[data-photo]");
for (const input of form?.querySelectorAll('input[type="file"]') || []) {
  input.addEventListener("change", async () => {
    const chosen = input.files[0];
    if (!chosen) return;
    for (const other of form.querySelectorAll('input[type="file"]')) if (other !== input) other.value = "";
    // What was said about the photo before does not hold for this one.
    document.querySelector("main > [role=alert]")?.remove();
    const place = form.querySelector("[data-chosen]");
    try {
      const { canvas, file } = await smaller(chosen);
      const files = new DataTransfer();
      files.items.add(file);
      input.files = files.files;
      place.replaceChildren(canvas);
    } catch {
      place.replaceChildren(); // the server says what is wrong with it
    }
  });
}
form?.addEventListener("submit", () => {
  form.querySelector("[data-busy]").hidden = false;
  form.querySelector("button").disabled = true;
});
// Back from the next page, as the browser kept this one.
addEventListener("pageshow", () => {
  if (!form) return;
  form.querySelector("[data-busy]").hidden = true;
  form.querySelector("button").disabled = false;
});

const print = document.querySelector("button[data-print]");
if (print) {
  print.hidden = false;
  print.addEventListener("click", () => window.print());
}
