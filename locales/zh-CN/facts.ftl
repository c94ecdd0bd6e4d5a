# 共有条件的补救办法，事实的说法

fact-no-certificate = 无有效证书
fact-in-years = { $n } 年
fact-in-months = { $n } 个月
fact-in-days = { $n } 天
fact-in-hours = { $n } 学时
fact-in-count = { $n } 个
fact-none = 无
fact-list-has = 含 { $key }（{ $list }）
fact-list-lacks = 不含 { $key }（{ $list }）
fact-no-entry = 没有 { $key } 的记录
fact-entry = { $key }：{ $value }
fact-and-more = { $list }，另有 { $more } 项
