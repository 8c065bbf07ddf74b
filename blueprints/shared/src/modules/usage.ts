{% if write_model == 'cqrs' %}
/** Where usage is read: what was rolled up, and what has been written since. So an answer from the
 *  primary knows of every end that was committed before it. */
export const usageTables = ['usage_current', 'usage_deltas'];
{% else %}
/** Where usage is read: as far as it has been rolled up. */
export const usageTables = ['usage_current'];
{% endif %}
