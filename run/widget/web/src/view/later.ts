/** The parts that wait in a file of their own until they are needed: most turns need none of them. */
export { assistantsPart } from "./assistants";
export { settingsPart } from "./settings";
export { summaryPart } from "./summary";
