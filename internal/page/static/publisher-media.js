// Camera, microphone and screen.

// Capture holds what is being captured, and asks the user for it.
export class Capture {
  stream = new MediaStream();
  #context = null;
  #analyser = null;
  #samples = null;

  // open captures what is wanted, in place of what was. source is "camera",
  // "screen" or "microphone"; a device that is "" is the browser's choice.
  async open({ source, camera, microphone }) {
    const stream = new MediaStream();
    try {
      if (source === "screen") {
        const screen = await navigator.mediaDevices.getDisplayMedia({ video: true, audio: false });
        screen.getTracks().forEach((track) => stream.addTrack(track));
      }
      const devices = await navigator.mediaDevices.getUserMedia({
        audio: device(microphone),
        video: source === "camera" && { ...device(camera), width: { ideal: 1280 }, height: { ideal: 720 } },
      });
      devices.getTracks().forEach((track) => stream.addTrack(track));
    } catch (error) {
      stream.getTracks().forEach((track) => track.stop());
      throw new Error(reason(error, source));
    }
    this.close();
    this.stream = stream;
    this.#listen();
  }

  close() {
    this.stream.getTracks().forEach((track) => track.stop());
    this.stream = new MediaStream();
    this.#context?.close();
    this.#context = this.#analyser = null;
  }

  // devices lists cameras and microphones. They have names once the user has
  // let the page use them.
  async devices() {
    const all = await navigator.mediaDevices.enumerateDevices();
    const of = (kind) => all.filter((d) => d.kind === kind && d.deviceId);
    return { cameras: of("videoinput"), microphones: of("audioinput") };
  }

  // level is how loud it is now, from 0 to 1.
  level() {
    if (!this.#analyser) return 0;
    this.#analyser.getFloatTimeDomainData(this.#samples);
    return this.#samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
  }

  #listen() {
    if (this.stream.getAudioTracks().length === 0) return;
    this.#context = new AudioContext();
    this.#analyser = this.#context.createAnalyser();
    this.#analyser.fftSize = 512;
    this.#samples = new Float32Array(this.#analyser.fftSize);
    this.#context.createMediaStreamSource(this.stream).connect(this.#analyser);
  }
}

function device(id) {
  return id ? { deviceId: { exact: id } } : {};
}

function reason(error, source) {
  const what = { camera: "camera and microphone", screen: "screen and microphone", microphone: "microphone" }[source];
  switch (error.name) {
    case "NotAllowedError":
      return `the browser does not let this page use the ${what}`;
    case "NotFoundError":
    case "OverconstrainedError":
      return `there is no ${what}`;
    case "NotReadableError":
      return `another program uses the ${what}`;
    default:
      return `no ${what}: ${error.message}`;
  }
}
