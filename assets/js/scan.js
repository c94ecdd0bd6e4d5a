// Scanning inside the page, where the browser can read QR codes from a picture. Elsewhere the page keeps its
// two plain forms: a photo that the server reads, and a field to paste into.

import { keepForLater } from "./offline.js";

const card = document.getElementById("camera");
const message = document.getElementById("camera-message");
const finder = card.querySelector(".viewfinder");
const video = card.querySelector("video");
const start = card.querySelector("[data-start]");
const stop = card.querySelector("[data-stop]");

let stream = null;

async function canScan() {
  if (!("BarcodeDetector" in window)) return false;
  const formats = await BarcodeDetector.getSupportedFormats();
  return formats.includes("qr_code");
}

function close() {
  stream?.getTracks().forEach((track) => track.stop());
  stream = null;
  video.srcObject = null;
  finder.hidden = true;
  stop.hidden = true;
  start.hidden = false;
}

// The address to open for a scanned text, or null. Only this site's own verify pages are followed: a QR code can
// hold any address, and a click away from here would be somebody else's word.
function addressOf(text) {
  let address;
  try {
    address = new URL(text);
  } catch {
    return null;
  }
  const ours = address.origin === location.origin && /^\/v\/[a-z2-7]{26}$/i.test(address.pathname);
  return ours ? address.href : null;
}

async function search(detector) {
  let refused = "";
  while (stream) {
    const [code] = await detector.detect(video).catch(() => []);
    if (code && code.rawValue !== refused) {
      const address = addressOf(code.rawValue);
      if (address) {
        close();
        location.assign(address);
        return;
      }
      refused = code.rawValue;
      message.textContent = card.dataset.notOurs;
    }
    await new Promise((resolve) => setTimeout(resolve, 150));
  }
}

async function open() {
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" }, audio: false });
    video.srcObject = stream;
    finder.hidden = false;
    stop.hidden = false;
    start.hidden = true;
    await video.play();
  } catch {
    close();
    message.textContent = card.dataset.noCamera;
    return;
  }
  message.textContent = card.dataset.searching;
  await search(new BarcodeDetector({ formats: ["qr_code"] }));
}

// With no network at all, an address of ours that was pasted still opens its page, which checks it here.
document.querySelector("[name=content]").form.addEventListener("submit", (event) => {
  const address = navigator.onLine ? null : addressOf(event.target.elements.content.value.trim());
  if (!address) return;
  event.preventDefault();
  location.assign(address);
});

// Whoever scans here may soon stand where there is no network.
keepForLater();

if (!window.isSecureContext) {
  card.hidden = false;
  start.hidden = true;
  message.textContent = card.dataset.notSecure;
} else if (await canScan()) {
  card.hidden = false;
  start.addEventListener("click", open);
  stop.addEventListener("click", () => {
    close();
    message.textContent = "";
  });
}
