export default "lightning__conversationAgentSend";
