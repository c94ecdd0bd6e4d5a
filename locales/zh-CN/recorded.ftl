# 外部证书

recorded-title = 外部证书
recorded-lead = 由其他单位或旧系统发放的职业技能等级证书：核对后登记，计入统计和申报条件，不作为本系统签发的证书。
recorded-new-title = 登记外部证书
recorded-none = 没有外部证书
recorded-none-text = 核对过原件或证明材料后，在这里登记。
recorded-number-hint = 按证书上的写法填写
recorded-expires-hint = 没有有效期的不填
recorded-evidence-hint = 核对了什么，例如证书原件、发证单位的证明
recorded-withdrawn = 已撤回
national-query-not-asked = 未查询
national-query-found = 已查到
national-query-not-found = 未查到
field-checker = 核对人
field-checked_on = 核对日期
field-national_query = 全国联网查询
field-queried_on = 查询日期
done-recorded-recorded = 外部证书已登记
error-checked-before-issue = 不得早于发证日期
error-query-not-asked = 未查询的不填查询日期
