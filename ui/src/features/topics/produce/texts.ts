import { defineTexts } from "~/shared/text";

export const texts = defineTexts({
  title: { en: "Produce to {topic}", ko: "{topic}에 메시지 보내기" },
  description: {
    en: "The form stays after sending, for the next message.",
    ko: "보낸 후에도 양식이 유지되어 다음 메시지를 이어서 보낼 수 있습니다.",
  },
  submit: { en: "Produce", ko: "보내기" },
  message: { en: "Message", ko: "메시지" },
  key: { en: "Key", ko: "키" },
  keyHint: {
    en: "Messages with the same key go to the same partition. Empty means no key.",
    ko: "같은 키의 메시지는 같은 파티션으로 갑니다. 비어 있으면 키가 없습니다.",
  },
  value: { en: "Value", ko: "값" },
  valueHint: { en: "Written exactly as typed, digit by digit.", ko: "입력한 그대로 기록됩니다." },
  tombstone: { en: "Tombstone (null value)", ko: "툼스톤 (null 값)" },
  tombstoneHint: {
    en: "On a compacted topic it deletes earlier messages with this key.",
    ko: "컴팩션 토픽에서 이 키의 이전 메시지를 삭제합니다.",
  },
  tombstoneKey: { en: "A tombstone needs a key.", ko: "툼스톤에는 키가 필요합니다." },
  format: { en: "Format", ko: "형식" },
  text: { en: "Text", ko: "텍스트" },
  json: { en: "JSON", ko: "JSON" },
  hex: { en: "Hex", ko: "Hex" },
  base64: { en: "Base64", ko: "Base64" },
  badJson: {
    en: "Not valid JSON. Look for a missing or extra comma, quote or bracket, or choose Text.",
    ko: "유효한 JSON이 아닙니다. 쉼표, 따옴표, 괄호를 확인하거나 텍스트를 선택하세요.",
  },
  emptyJson: {
    en: "An empty text is not JSON. Type a value, choose Text to send an empty one, or send a tombstone.",
    ko: "빈 값은 JSON이 아닙니다. 값을 입력하거나, 빈 값을 보내려면 텍스트를 선택하거나, 툼스톤을 보내세요.",
  },
  emptyValue: {
    en: "An empty value of 0 bytes is sent, which is not null.",
    ko: "0바이트의 빈 값을 보냅니다. null과는 다릅니다.",
  },
  badHex: { en: "Hex is pairs of 0-9 and a-f.", ko: "Hex는 0-9와 a-f의 쌍이어야 합니다." },
  badBase64: { en: "Not valid Base64.", ko: "유효한 Base64가 아닙니다." },
  partition: { en: "Partition", ko: "파티션" },
  partitionAuto: { en: "By key (default partitioner)", ko: "키 기준 (기본 파티셔너)" },
  partitionN: { en: "Partition {n}", ko: "파티션 {n}" },
  headers: { en: "Headers", ko: "헤더" },
  headersNone: { en: "No headers.", ko: "헤더가 없습니다." },
  headerName: { en: "Name", ko: "이름" },
  headerValue: { en: "Value", ko: "값" },
  headerMissing: { en: "A header needs a name.", ko: "헤더 이름이 필요합니다." },
  addHeader: { en: "Add header", ko: "헤더 추가" },
  removeHeader: { en: "Remove header {name}", ko: "{name} 헤더 제거" },
  sent: {
    en: "Written to partition {partition} at offset {offset}.",
    ko: "파티션 {partition}, 오프셋 {offset}에 기록되었습니다.",
  },
});
