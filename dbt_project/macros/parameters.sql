{#- The business date of the run. It has no default: a run that does not say its date fails. -#}
{% macro as_of_date() -%}
    cast('{{ var("as_of_date") }}' as date)
{%- endmacro %}


{#- The reporting currency as a quoted literal. -#}
{% macro reporting_currency() -%}
    '{{ var("reporting_currency") }}'
{%- endmacro %}


{#- A parameter of the configuration file; an unknown name fails at compilation. -#}
{% macro param(name) -%}
    {%- set parameters = var("parameters") -%}
    {%- if name not in parameters -%}
        {{ exceptions.raise_compiler_error("Unknown parameter '" ~ name ~ "'; known: " ~ parameters.keys() | join(", ")) }}
    {%- endif -%}
    {{ return(parameters[name]) }}
{%- endmacro %}
