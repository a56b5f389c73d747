/* The live camera, where the browser can read codes itself (BarcodeDetector). A code of a mark leads to the mark's page here. */

const place = document.getElementById("camera");
const [button, video] = [place.querySelector("button"), place.querySelector("video")];
const TROUBLES = { NotAllowedError: "refused", SecurityError: "refused", NotFoundError: "none", OverconstrainedError: "none" };
const EVERY = 200; // ms between two looks

function say(what) {
  for (const part of place.querySelectorAll("[data-say]")) part.hidden = part.dataset.say !== what;
}

/** Whether a link leads to a partner's register: a number there is another mark's, whatever this register has under it. */
function isPartners(text) {
  const found = /^https?:\/\/([^\s/?#@:]+)(?::[0-9]+)?\/m\//i.exec(text.trim());
  return found !== null && JSON.parse(place.dataset.partners).includes(found[1].toLowerCase());
}

/** This register's page for what a code says, the signed mark behind it; null for a code that is no mark's. */
function addressOf(text) {
  const found = /\/m\/([0-9A-Za-z-]{10,12})\/?(?:\?[^#]*)?(#[0-9]+)?$/.exec(text);
  return found && `/m/${found[1]}${location.search}${found[2] ?? ""}`;
}

async function start() {
  let stream;
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
  } catch (error) {
    return say(TROUBLES[error.name] ?? "busy"); // trouble with the camera is called that
  }
  video.srcObject = stream;
  video.hidden = false;
  button.hidden = true;
  await video.play();
  say("looking");
  const detector = new BarcodeDetector({ formats: ["qr_code"] });
  const timer = setInterval(async () => {
    const codes = await detector.detect(video).catch(() => []);
    if (codes.some((code) => isPartners(code.rawValue))) return say("partner");
    const address = codes.map((code) => addressOf(code.rawValue)).find((one) => one !== null);
    if (address === undefined) return codes.length && say("other");
    clearInterval(timer);
    for (const track of stream.getTracks()) track.stop();
    location.assign(address);
  }, EVERY);
}

if ("BarcodeDetector" in globalThis && navigator.mediaDevices !== undefined) {
  place.hidden = false;
  button.addEventListener("click", start);
}
