import { describe, expect, it } from "vitest";
import { withJosa } from "./josa";

describe("withJosa", () => {
  it.each([
    ["토픽을(를)", "토픽을"],
    ["브로커을(를)", "브로커를"],
    ["orders이(가)", "orders가"],
    ["email이(가)", "email이"],
    ["UTC(으)로", "UTC로"],
    ["서울(으)로", "서울로"],
    ["시간(으)로", "시간으로"],
    ["브로커 3이(가)", "브로커 3이"],
    ["브로커 2은(는)", "브로커 2는"],
    ["파티션와(과)", "파티션과"],
  ])("%s is read %s", (text, read) => expect(withJosa(text)).toBe(read));
});
