/** The port to our frame. The frame calls first, with the channel's name of its own address; both origins are exact. */

const PATH = "/w/";

/** Of the frame page; null when the service's address or the account is missing or wrong. */
export function frameAddress(serviceAddress, account, channel, hostOrigin) {
    try {
        const address = new URL(`${PATH}${encodeURIComponent(account)}/salesforce`, serviceAddress);
        if (!account || address.protocol !== "https:") return null;
        address.searchParams.set("channel", channel);
        address.searchParams.set("hostOrigin", hostOrigin);
        return address.href;
    } catch {
        return null;
    }
}

/**
 * Waits for the frame, and answers it: `token()` resolves to an embed token, `insert(record, text)` puts text into the
 * composer, `record()` is the session shown now. Texts that come for another session than that one are not inserted.
 */
export function connectFrame(page, { origin, channel, record, token, insert }) {
    let port = null;

    function connect(event) {
        const { type, v, channel: named } = event.data ?? {};
        if (event.origin !== origin || type !== "earpiece:hello" || v !== 1 || named !== channel) return;
        port?.close(); // the frame was loaded again
        const pair = new MessageChannel();
        port = pair.port1;
        port.onmessage = ({ data }) => answer(data);
        event.source.postMessage({ type: "earpiece:connect", v: 1, channel }, origin, [pair.port2]);
        tellRecord(record());
    }

    async function answer({ kind, id, record: wanted, text }) {
        const from = port;
        from.postMessage({ kind: "answer", id, value: await valueOf(kind, wanted, text) });
    }

    async function valueOf(kind, wanted, text) {
        try {
            if (kind === "token") return await token();
            if (kind === "insert" && isSame(wanted, record())) return Boolean(await insert(record(), text));
        } catch {
            // The toolkit needs the conversation's own component on the page; Apex needs its setting. The frame copies instead.
        }
        return null;
    }

    const tell = (message) => port?.postMessage(message);
    const tellRecord = (current) => tell({ kind: "record", record: current ?? null });
    page.addEventListener("message", connect);
    return {
        tellRecord,
        tellSent: (about, text) => isSame(about, record()) && tell({ kind: "sent", record: about, text }),
        tellEnded: (about) => isSame(about, record()) && tell({ kind: "ended", record: about }),
        disconnect() {
            page.removeEventListener("message", connect);
            port?.close();
            port = null;
        }
    };
}

/** 15 characters are an id; 3 more repeat its case. */
function isSame(one, other) {
    return Boolean(one && other) && one.slice(0, 15) === other.slice(0, 15);
}
