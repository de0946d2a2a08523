create table if not exists customers (id integer primary key, name text not null, country text not null);
create table if not exists products (id integer primary key, name text not null, cents integer not null check (cents >= 0));
create table if not exists orders (
  id integer primary key,
  day text not null,
  customer integer not null,
  product integer not null,
  quantity integer not null check (quantity > 0));
create index if not exists orders_by_day on orders (day);
