/** The Messaging Session page's side of Earpiece: a frame, and a port to it. All that it offers is drawn inside the frame. */
import { api, LightningElement, wire } from "lwc";
import { setAgentInput } from "lightning/conversationToolkitApi";
import { APPLICATION_SCOPE, MessageContext, subscribe, unsubscribe } from "lightning/messageService";
import AGENT_SEND from "@salesforce/messageChannel/lightning__conversationAgentSend";
import ENDED from "@salesforce/messageChannel/lightning__conversationEnded";
import embedToken from "@salesforce/apex/EarpieceToken.embedToken";
import { connectFrame, frameAddress } from "./frameChannel";

export default class Earpiece extends LightningElement {
    /** `https://assist.example.com`, as in Trusted URLs. */
    @api serviceAddress;
    @api account;
    @wire(MessageContext) messageContext;

    channel = crypto.randomUUID();
    frame = null;
    subscriptions = [];

    /** The messaging session of this page; a console tab keeps its component, and may show another one in it. */
    @api
    get recordId() {
        return this.record;
    }
    set recordId(record) {
        this.record = record;
        this.frame?.tellRecord(record);
    }

    get address() {
        return frameAddress(this.serviceAddress, this.account, this.channel, window.location.origin);
    }

    connectedCallback() {
        if (!this.address) return;
        this.frame = connectFrame(window, {
            origin: new URL(this.serviceAddress).origin,
            channel: this.channel,
            record: () => this.record,
            token: () => embedToken(),
            insert: (record, text) => setAgentInput(record, { text })
        });
        // Every tab of the console hears every session: each tells its frame of its own only.
        this.subscriptions = [
            this.listen(AGENT_SEND, ({ recordId, content }) => this.frame.tellSent(recordId, content)),
            this.listen(ENDED, ({ recordId }) => this.frame.tellEnded(recordId))
        ];
    }

    disconnectedCallback() {
        this.subscriptions.forEach((subscription) => unsubscribe(subscription));
        this.subscriptions = [];
        this.frame?.disconnect();
        this.frame = null;
    }

    listen(channel, listener) {
        return subscribe(this.messageContext, channel, listener, { scope: APPLICATION_SCOPE });
    }
}
