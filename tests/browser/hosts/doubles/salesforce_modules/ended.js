export default "lightning__conversationEnded";
