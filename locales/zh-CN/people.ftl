# 人员

error-registered-under-another-name = 该证件已用另一个姓名登记，请核对姓名和证件号码
error-contradicts-document = 与居民身份证号码所载不一致
error-name-form = 只写姓名，不含数字和符号
error-phone-form = 应为手机号码，或带区号的固定电话，例如 0573-87221234
error-email-form = 电子邮箱的格式不对
error-birth-date-too-early = 出生日期过早，请核对
error-bureau-only = 更改姓名请由民政局办理

field-email = 电子邮箱
field-home_area = 居住地
