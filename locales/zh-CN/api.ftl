# 接口与表单的提示语：问题、冲突、字段错误。
problem-malformed = 请求内容无法识别
problem-malformed-text = 请检查内容的格式后再提交。
problem-wrong-credentials = 用户名或密码不对
problem-wrong-credentials-text = 请核对后再试；忘记密码请联系管理员。
problem-not-yet = 尚未完成
problem-not-yet-text = 请稍后再取。

malformed-json = 请求体不是有效的 JSON。
malformed-json-object = 请求体须是一个 JSON 对象。
malformed-body = 请求体没有收完整。
malformed-multipart = 上传的表单不完整。
malformed-request = 请求不完整。
malformed-idempotency-key = Idempotency-Key 须为 1 至 200 个字符。
conflict-two-at-once = 他人刚刚登记了相同内容，本次未作任何更改，请刷新后再试。
conflict-idempotency-race = 相同的请求正在处理，请稍后用同一 Idempotency-Key 重试。
conflict-idempotency-key = 同一 Idempotency-Key 已用于另一内容的请求。

error-control-character = 含有不可见的控制字符
error-not-an-object = 列表中的每一项须是对象
error-too-many = 最多 { $max } 项
error-age-order = 截止年龄不能小于起始年龄
error-already-registered = 已登记过，不能重复
error-required-for-role = 角色“{ $role }”须填写此项
error-unknown-organisation = 没有这家机构
error-not-for-this-role = 机构类别与角色“{ $role }”不符
error-password-too-short = 密码至少 10 个字符
error-not-a-duration = 须为 ISO 8601 时长，例如 P7D
error-not-accredited = 本机构没有这一职业和等级的资格
error-not-accredited-on-that-day = 这一天不在资格有效期内
error-accreditation-halted = 资格已暂停或撤销
error-wrong-credentials = 用户名或密码不对
error-not-for-this-kind = 这类机构不填此项
error-sheet-empty = 表中没有数据行
error-sheet-unreadable = 不是 .xlsx 工作簿，也不是 CSV 文本
error-sheet-encrypted = 工作簿有密码保护，请去掉密码后再上传
error-sheet-old-format = 这是旧的 .xls 格式，请另存为 .xlsx
error-sheet-too-many-rows = 最多 { $most } 行
error-sheet-too-large = 工作簿展开后过大
error-repeated-heading = 第 { $column } 列的列名重复
error-formula-error = 第 { $column } 列的公式有错误

home-title = 工作台
login-page-title = 登录
shortcut-lookup = 按编号查证
