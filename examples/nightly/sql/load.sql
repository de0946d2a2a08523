insert or replace into customers select cast(id as integer), name, country from temp.new_customers;
insert or replace into products select cast(id as integer), name, cast(cents as integer) from temp.new_products;
insert or replace into orders
  select cast(id as integer), day, cast(customer as integer), cast(product as integer), cast(quantity as integer)
  from temp.new_orders;
