// Fetches one's archive with a progress bar, and saves it only when it is whole. Without this the link downloads it.
(() => {
  // How a file within a ZIP file begins, and how its table ends, which comes last.
  const FILE = [0x50, 0x4b, 3, 4], END = [0x50, 0x4b, 5, 6], END_LENGTH = 22;

  const isAt = (mark, bytes, place) => mark.every((byte, number) => bytes[place + number] === byte);

  // Counts the files in what came, the few last bytes of the piece before included.
  const count = (bytes) => {
    let found = 0;
    for (let place = bytes.indexOf(FILE[0]); place >= 0; place = bytes.indexOf(FILE[0], place + 1)) found += isAt(FILE, bytes, place);
    return found;
  };

  const isWhole = async (blob) => {
    const end = new Uint8Array(await blob.slice(-END_LENGTH).arrayBuffer());
    return end.length === END_LENGTH && isAt(END, end, 0);
  };

  const fetched = async (path, progress) => {
    const answer = await fetch(path);
    if (answer.status === 429) throw new Error("busy");
    if (!answer.ok || answer.headers.get("Content-Type") !== "application/zip") throw new Error("failed");
    progress.max = Number(answer.headers.get("X-Files")) || 1;
    const pieces = [], reader = answer.body.getReader();
    let rest = [];
    for (let read = await reader.read(); !read.done; read = await reader.read()) {
      pieces.push(read.value);
      const bytes = new Uint8Array([...rest, ...read.value.subarray(0, FILE.length)]);
      progress.value += count(bytes.subarray(0, rest.length + FILE.length - 1)) + count(read.value);
      rest = read.value.subarray(1 - FILE.length);
    }
    const blob = new Blob(pieces, { type: "application/zip" });
    if (!(await isWhole(blob))) throw new Error("failed");
    return blob;
  };

  const save = (blob, name) => {
    const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(blob), download: name });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  };

  let isWorking = false;
  addEventListener("click", async (event) => {
    const link = event.target.closest?.("#archive a");
    if (!link) return;
    event.preventDefault();
    if (isWorking) return;
    isWorking = true;
    const row = link.parentElement, [progress, said] = row.querySelectorAll("progress, [role=status]");
    Object.assign(progress, { hidden: false, value: 0 });
    said.textContent = row.dataset.working;
    try {
      save(await fetched(link.getAttribute("href"), progress), "duologue.zip");
      said.textContent = row.dataset.done;
    } catch (problem) {
      said.textContent = row.dataset[problem.message] ?? row.dataset.failed;
    }
    progress.hidden = true;
    isWorking = false;
  });
})();
